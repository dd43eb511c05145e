from __future__ import annotations

from collections import Counter

import pytest

from tests.core.team.simulation import Life

LIVES = 800


def lived(seed: int, *, loses_books: bool = False) -> Life:
    life = Life(seed, loses_books=loses_books)
    for _ in range(250):
        life.step()
    life.calm_down()
    return life


@pytest.mark.parametrize("block", range(4))
def test_in_any_order_with_any_loss_and_any_death_each_job_runs_once_and_is_counted_once(block: int) -> None:
    for seed in range(block * LIVES // 4, (block + 1) * LIVES // 4):
        life = lived(seed)

        assert life.world.starts == Counter(life.jobs), f"seed {seed}: {life.world.starts}"
        counted = Counter(run.job for run in life.brain.journal.values() if run.outcome)
        assert counted == Counter(life.jobs), f"seed {seed}: {counted}"
        assert life.world.began <= set(life.brain.journal), f"seed {seed}: without the brain's row"
        assert life.is_done(), f"seed {seed}: not at rest"


def test_where_books_are_lost_nothing_runs_twice_and_what_ran_is_counted() -> None:
    for seed in range(10_000, 10_000 + LIVES // 4):
        life = lived(seed, loses_books=True)

        assert max(life.world.starts.values(), default=0) <= 1, f"seed {seed}: {life.world.starts}"
        counted = Counter(run.job for run in life.brain.journal.values() if run.outcome)
        assert counted == Counter(life.jobs), f"seed {seed}: {counted}"
