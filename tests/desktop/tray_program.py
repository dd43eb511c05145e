"""A tray of its own for the desktop test: views come in as JSON lines, what a person asks goes out."""

from __future__ import annotations

import json
import signal
import sys
import threading

from tray_agent.core.model import CardState
from tray_agent.core.picture.notices import Notice, NoticeKind
from tray_agent.shell.tray.tray import NoScreen, Tray
from tray_agent.shell.tray.view import TrayView


class Program:
    """Reads lines from stdin on a thread of its own; the tray has the main thread."""

    def __init__(self) -> None:
        self.view = TrayView(status="nenhuma execução hoje", tooltip="Automações: nenhuma execução hoje")
        self.tray = Tray(lambda: self.view, print_line, open_job=lambda job: print_line(f"open {job}"))

    def read(self) -> None:
        for line in sys.stdin:
            asked = json.loads(line)
            if "view" in asked:
                fields = asked["view"]
                fields["aggregate"] = CardState(fields.get("aggregate", "IDLE"))
                self.view = TrayView(**fields)
                self.tray.changed()
            if "say" in asked:
                self.tray.say(Notice(NoticeKind.ERROR, *asked["say"]))
            if "ask" in asked:
                self.tray.ask_quit(tuple(asked["ask"]), print_line)
        self.tray.stop()

    def leave(self, *_: object) -> None:
        print_line("signal")
        self.tray.stop()


def print_line(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    program = Program()
    try:
        program.tray.prepare()
    except NoScreen as error:
        print_line(f"no screen: {error}")
        return 4
    threading.Thread(target=program.read, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, program.leave)
    program.tray.run()
    print_line("ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
