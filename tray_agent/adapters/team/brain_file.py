"""Who is the brain, on record in the team's base folder: so that nobody starts everything a second time.

The file is written only where there is a team. It never runs out by itself: a brain that was switched off for
a weekend comes back on Monday. A person who knows better takes it away (``tray-agent team alone``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tray_agent.adapters.system.whole_file import put

NAME = ".tray-agent-brain.json"


@dataclass(frozen=True, slots=True)
class BrainFile:
    """``team`` names the team's making; of two brains the one of the higher epoch is obeyed.

    ``machine`` is the mark of the PC that it is on, "" where unknown.
    """

    brain: str
    team: str
    epoch: int
    address: str = ""
    since: str = ""
    user: str = ""
    machine: str = ""

    def outranks(self, other: BrainFile) -> bool:
        """Whether this one is obeyed and not the other; of two of one epoch the one that was there first."""
        return self.epoch > other.epoch

    def is_copy_of(self, other: BrainFile) -> bool:
        """Whether the same brain is on another PC, and was there first: this one's data folder is a copy."""
        are_known = bool(self.machine and other.machine)
        return self.team == other.team and are_known and self.machine != other.machine

    def yields_to(self, other: BrainFile) -> bool:
        """Whether the other is the brain, and not this one."""
        return self.is_copy_of(other) or (self.team != other.team and not self.outranks(other))


def read(base: Path) -> BrainFile | None:
    """What is on record; None without any, or for what nobody can understand. Raises OSError of the drive."""
    try:
        values = json.loads((base / NAME).read_text(encoding="utf-8-sig"))
        known = {each.name: values[each.name] for each in fields(BrainFile) if each.name in values}
        found = BrainFile(**known)
        return (
            found if isinstance(found.brain, str) and isinstance(found.epoch, int) and found.brain else None
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        return None


def write(base: Path, record: BrainFile) -> None:
    """Put it on record, whole: others read it while it is synchronised. Raises OSError."""
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1)
    put(base / NAME, text.encode("utf-8"), 0o644)  # whoever shares the folder may know


def forget(base: Path) -> None:
    """Take it away. Raises OSError."""
    (base / NAME).unlink(missing_ok=True)
