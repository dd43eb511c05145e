"""PCs in memory behind the engine's port: they come and go, their words get lost; the truth about starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tray_agent.core import messages as msg
from tray_agent.core.messages import Message
from tray_agent.core.model import Identity, Job, Outcome, Pc, Run
from tray_agent.core.ports import Standing


@dataclass
class SimulatedPc:
    """A PC: what it holds, runs, and has seen end, whether or not anybody hears it."""

    pc: Pc
    heard: bool = True
    held: dict[str, Run] = field(default_factory=dict)
    running: dict[str, Run] = field(default_factory=dict)
    ended: dict[str, Run] = field(default_factory=dict)


class SimulatedTeam:
    """Fulfils Processes for one brain after the other; scripts begin and end in it.

    ``asked`` tells for every run which PC was asked for it, ``starts`` which scripts began. ``given_up`` are
    the runs that a person declared lost, or whose PC lost all that it knew: of those nobody can know.
    ``wrongs`` is what must never be: the engine survives whatever its port raises.
    """

    def __init__(self, *pcs: Pc) -> None:
        self.pcs = {"": SimulatedPc(Pc("PC-BRAIN", 2, is_brain=True))}
        self.pcs |= {pc.name: SimulatedPc(pc) for pc in pcs}
        self.post: Callable[[Message], None] = lambda message: None
        self.asked: dict[str, str] = {}
        self.starts: dict[str, Run] = {}
        self.given_up: set[str] = set()
        self.wrongs: list[str] = []
        self._pids = 100

    # What the engine asks for.

    def hold(self, run: Run, job: Job) -> None:
        self._see(run.id not in self.asked, "a run id was granted twice")
        self.asked[run.id] = run.pc
        self.pcs[run.pc].held[run.id] = run

    def let_go(self, run: str) -> None:
        """The word to begin gets lost where the PC is not heard."""
        pc = self._of(run)
        held = pc.held.get(run)
        if held is None or not pc.heard:
            return
        del pc.held[run]
        others = [each.id for every in self.pcs.values() for each in every.running.values()]
        mine = [each for each in others if self.starts[each].job == held.job and each not in self.given_up]
        self._see(not mine, f"two runs of {held.job} at once")
        self._see(run not in self.starts, "a script began twice")
        self.starts[run] = pc.running[run] = held

    def drop(self, run: str) -> None:
        if self._of(run).held.pop(run, None) is not None:
            self.post(msg.RunExited(run, None, began=False))

    def adopt(self, run: Run) -> None:
        self._see(run.id in self.asked, "nobody was asked for it")

    def stop(self, run: Run, grace_seconds: float, outcome: Outcome = Outcome.STOPPED) -> None:
        """The word to stop gets lost where the PC is not heard."""
        pc = self._of(run.id)
        if pc.heard and run.id in pc.running:
            self.end(run.id, -15, outcome)
            self.post(msg.RunStopped(run.id, killed=True))

    def standing(self, run: Run) -> Standing:
        pc = self._of(run.id)
        if run.pc:
            return Standing.UNKNOWN
        if run.id in pc.running:
            return Standing.RUNNING
        return Standing.ENDED if run.id in self.starts else Standing.NEVER_BEGAN

    def age(self, run: Run) -> float | None:
        return None

    def close(self) -> None:
        """The next brain's."""

    # What happens.

    def seen(self) -> msg.TeamSeen:
        return msg.TeamSeen(tuple(replace(each.pc, present=each.heard) for each in self.pcs.values()))

    def answer(self, run: str) -> None:
        """A PC that is heard holds a child."""
        pc = self._of(run)
        if pc.heard and run in pc.held:
            self._pids += 1
            self.post(msg.RunHeld(run, Identity(self._pids, 1.0), "hash", "book" if pc.pc.tags else ""))

    def refuse(self, run: str, unsuited: bool) -> None:
        """A PC does not take a run, or nothing is heard of it in time; its child never begins."""
        pc = self._of(run)
        if pc.held.pop(run, None) is not None and run not in self.starts:
            self.post(msg.RunUnplaced(run, "não respondeu", unsuited))

    def end(self, run: str, code: int, outcome: Outcome = Outcome.ENDED) -> None:
        """A script ends; it is told where somebody hears it."""
        pc = self._of(run)
        pc.ended[run] = replace(pc.running.pop(run), exit_code=code, outcome=outcome, duration_seconds=4.0)
        if pc.heard:
            self._tell_end(pc, run)

    def fall_silent(self, name: str) -> None:
        self.pcs[name].heard = False
        self.post(self.seen())

    def come_back(self, name: str, open_runs: dict[str, Run]) -> None:
        """It says what it has, and is asked for what the brain believes to be on it (``open_runs``)."""
        pc = self.pcs[name]
        pc.heard = True
        self.post(self.seen())
        for run in open_runs:
            if run not in pc.running and run not in pc.ended:
                pc.held.pop(run, None)  # too late to begin
                began = run in self.starts or run in self.given_up
                self.post(msg.RunExited(run, None, began, outcome=Outcome.UNKNOWN if began else None))
        for run in pc.running.values():
            self.post(msg.RunConfirmed(run.id) if run.id in open_runs else self._found(run))
        for run in list(pc.ended):
            self._tell_end(pc, run)

    def lose_all(self, name: str) -> None:
        """Its disk and whatever ran on it."""
        pc = self.pcs[name]
        self.given_up |= {*pc.held, *pc.running, *pc.ended}
        pc.held.clear()
        pc.running.clear()
        pc.ended.clear()

    def brain_dies(self) -> None:
        """What waited for its word is dropped; the scripts go on."""
        for pc in self.pcs.values():
            pc.held.clear()
        self.pcs[""].ended.clear()

    def _tell_end(self, pc: SimulatedPc, run: str) -> None:
        ended = pc.ended[run]
        if not ended.pc:
            self.post(msg.RunExited(run, ended.exit_code, duration_seconds=4.0))
            return
        self.post(msg.RunExited(run, ended.exit_code, duration_seconds=4.0, outcome=ended.outcome))
        self.post(self._found(ended))  # said again until it is acknowledged

    def _found(self, run: Run) -> msg.RunFound:
        ended = None if run.outcome is None else run.started
        return msg.RunFound(replace(run, identity=Identity(1, 1.0), book="book", ended=ended))

    def _see(self, is_right: bool, wrong: str) -> None:
        if not is_right:
            self.wrongs.append(wrong)

    def _of(self, run: str) -> SimulatedPc:
        return self.pcs[self.asked[run]]
