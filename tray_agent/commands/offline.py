"""What an agent would know, found without one: the registry and the scripts, read by a child; the journal."""

from __future__ import annotations

import os
import queue
from datetime import datetime

from tray_agent.adapters.journal.file import FILE_NAME
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.registry.discovery import DiscoveryReader
from tray_agent.adapters.registry.source import RegistrySource
from tray_agent.adapters.system import program
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.adapters.system.places import Places
from tray_agent.core.messages import Discovered, Message
from tray_agent.core.model import Problem, Where
from tray_agent.core.picture.facts import snapshot
from tray_agent.core.picture.plan_starts import Means
from tray_agent.core.ports import JournalError
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.apply import apply
from tray_agent.core.rules.state import State, first_state
from tray_agent.core.schedules.calendar import Calendar, own_calendar
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot
from tray_agent.engine.takeup import load_day, take_up_wishes
from tray_agent.start.engines import limits

_LONGEST_SECONDS = 150.0  # a slow drive takes its time


def known_without_agent(settings: Settings, places: Places) -> tuple[Snapshot, Means, datetime]:
    """The snapshot that an agent would begin with, what else a plan needs, and the moment of both."""
    clock = SystemClock(settings.timezone)
    found = _discovered(settings, places, clock)
    moment = Moment(clock.now(), clock.monotonic())
    state = first_state(limits(settings), moment.now)
    seconds: dict[str, float] = {}
    if found is None:
        said = Problem(Where.REGISTRY, "o registro e os scripts não puderam ser lidos a tempo")
        state.problems.report("discovery", [said], moment.now)
    else:
        apply(state, found, moment)
    if (places.data_dir / FILE_NAME).is_file():
        seconds = _from_journal(state, places, moment)
    state.stale.update(state.jobs)
    return snapshot(state, None, moment.now), Means(seconds, state.limits.resources), moment.now


def calendar_without_agent(settings: Settings, places: Places) -> Calendar | None:
    """The calendar with the team's own days, read by a child; None where the registry could not be read."""
    deadline, environment = settings.registry_deadline_seconds, program.environment(os.environ)
    source = RegistrySource(places.registry, deadline, environment)
    source.read()
    if source.good is None:
        return None
    return own_calendar((each.day, each.name, each.is_business) for each in source.good.own_days)


def _discovered(settings: Settings, places: Places, clock: SystemClock) -> Discovered | None:
    answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
    reader = DiscoveryReader(
        answers.put,
        places.base_path,
        lambda: places.registry,
        settings.registry_deadline_seconds,
        settings.full_walk_seconds,
        program.environment(os.environ),
        script_folder=settings.script_folder,
    )
    try:
        reader.ask(clock.now())
        answer = answers.get(timeout=_LONGEST_SECONDS)
    except queue.Empty:
        return None
    finally:
        reader.close()
    return answer if isinstance(answer, Discovered) else None


def _from_journal(state: State, places: Places, moment: Moment) -> dict[str, float]:
    """Count the day's runs of the last agent, take up what is paused; usual durations in seconds."""
    journal = SqliteJournal(places.data_dir)
    try:
        load_day(state, journal, [], moment.now)
        take_up_wishes(state, journal)
        state.paused = journal.is_paused()
        usual = {job: journal.usual_seconds(job) for job in state.jobs}
        return {job: seconds for job, seconds in usual.items() if seconds is not None}
    except JournalError as error:
        state.problems.report("journal", [Problem(Where.DATA, str(error))], moment.now)
        return {}
    finally:
        journal.close()
