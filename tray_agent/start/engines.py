"""Makes the engine that an agent turns: of one PC or of a brain. A PC's is made in ``keeper``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.readers.asking import NoReader
from tray_agent.adapters.registry.discovery import DiscoveryReader
from tray_agent.adapters.runs import identity
from tray_agent.core.messages import Message
from tray_agent.core.ports import Journal, Processes
from tray_agent.core.ports import Reader as SlowReader
from tray_agent.core.rules.limits import Limits
from tray_agent.core.settings import Settings
from tray_agent.engine.loop import Engine

if TYPE_CHECKING:
    from tray_agent.start.app import Agent


def limits(settings: Settings, me: str = "") -> Limits:
    """The settings that the rules use. ``me`` is this PC's name in its team."""
    return Limits(
        max_concurrent=settings.max_concurrent,
        discovery_seconds=settings.discovery_seconds,
        sync_seconds=settings.sync_seconds,
        stop_grace_seconds=settings.stop_grace_seconds,
        timeout_minutes=settings.timeout_minutes,
        local_history=settings.history == "local",
        no_data_exit_code=settings.no_data_exit_code,
        loop_seconds=settings.loop_seconds,
        resources={name.casefold(): places for name, places, _ in settings.resources},
        resources_per_pc=frozenset(name.casefold() for name, _, per_pc in settings.resources if per_pc),
        me=me,
    )


def alone(agent: Agent) -> Engine:
    """The engine of who has one PC."""
    journal = SqliteJournal(agent.places.data_dir, grows_ahead=True, refused=agent.gate.refused)
    return deciding(agent, agent.processes, journal)


def deciding(agent: Agent, processes: Processes, journal: Journal, me: str = "") -> Engine:
    """An engine that decides what runs; ``me`` is the brain's name where there is a team."""
    places, settings = agent.places, agent.settings
    made: list[Engine] = []

    def discovered(message: Message) -> None:
        if agent.engine in made:  # else another engine, perhaps of another kind, has taken its place since
            agent.base_folder.post(message)

    engine = Engine(
        limits(settings, me),
        agent.clock,
        processes,
        journal,
        DiscoveryReader(
            discovered,
            agent.base_path,
            lambda: agent.places.registry,
            settings.registry_deadline_seconds,
            settings.full_walk_seconds,
            reader=agent.reader_process(whole=False),
            script_folder=settings.script_folder,
        ),
        _history(agent, agent.post),
        agent.publish,
        logs=places.logs_dir.as_posix(),
        boot=identity.boot_id(),
        first_version=agent.next_version(),
        base_path=str(places.expected_base_path()),
        registry=str(places.registry),
    )
    made.append(engine)
    return engine


def _history(agent: Agent, post: Callable[[Message], None]) -> SlowReader:
    if agent.settings.history == "local":
        return NoReader()
    from tray_agent.adapters.history.reader import HistoryReader

    return HistoryReader(post, agent.settings, agent.places.history_copy, reader=agent.reader_process())
