"""What the rules hand back: actions in their order, and answers among them."""

from __future__ import annotations

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Reply

Actions = list[act.Action]


def answer(command: msg.Command, accepted: bool, text: str, *runs: str) -> act.Answer:
    """The answer to a command, in one Portuguese sentence."""
    return act.Answer(command.reply, Reply(accepted, text, runs))
