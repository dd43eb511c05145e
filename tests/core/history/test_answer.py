from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from tests.builders import at, make_row, make_run
from tray_agent.core.history.answer import MOST_ROWS, Known, Rows, notes
from tray_agent.core.history.answer import sort_out as sort_out_whole
from tray_agent.core.history.names import NO_STRANGERS, Strangers, strangers
from tray_agent.core.history.times import as_written
from tray_agent.core.model import HistoryRow, Run

NOW = at("14:05")


def sort_out(read: list[HistoryRow], before: Known, now: datetime) -> tuple[Rows, Strangers]:
    """The rows of each job and of none; all of them are kept."""
    found = sort_out_whole(read, before, now)
    assert found.more == {}
    return found.rows, found.strangers


def known(
    *jobs: str, rows: Mapping[str, list[HistoryRow]] | None = None, runs: tuple[Run, ...] = ()
) -> Known:
    return Known(jobs or ("pix",), rows or {}, NO_STRANGERS, lambda job: [r for r in runs if r.job == job])


def test_spellings_of_one_name_are_one_jobs_rows_and_one_start_is_one_run() -> None:
    read = [
        make_row("envia-pix", at("12:00"), "INICIADO"),
        make_row("enviapix", at("09:00")),
        make_row("c:\\metodos\\envia_pix", at("12:00"), "ERRO"),
        make_row("__main__", at("09:00")),
    ]

    rows, others = sort_out(read, known("envia_pix"), NOW)

    assert rows == {
        "envia_pix": [make_row("envia_pix", at("09:00")), make_row("envia_pix", at("12:00"), "ERRO")]
    }
    assert others == strangers([make_row("__main__", at("09:00"))])


def test_each_row_keeps_the_moment_when_it_was_first_known() -> None:
    first, _ = sort_out(
        [make_row(start=at("09:00"), status="INICIADO"), make_row("x", at("09:00"))], known(), NOW
    )
    later = at("14:10")

    again, others = sort_out(
        [make_row(start=at("09:00"), status="ERRO"), make_row(start=at("14:09")), make_row("x", at("09:00"))],
        Known(["pix"], first, strangers([replace(make_row("x", at("09:00")), seen=NOW)]), lambda _: []),
        later,
    )

    assert [row.seen for row in first["pix"]] == [NOW]
    assert [(row.status, row.seen) for row in again["pix"]] == [("ERRO", NOW), ("SUCCESS", later)]
    assert [row.seen for row in others.kept] == [NOW]


def test_local_time_is_found_anew_at_every_read_and_said() -> None:
    read, run = [make_row(start=at("09:00:01"), status="ERRO")], make_run()
    rows, _ = sort_out(read, known(runs=(run,)), NOW)
    assert [row.start for row in rows["pix"]] == [at("12:00:01")]
    assert [note.what for note in notes(rows)] == [
        "pix: a hora local está gravada sem fuso; as linhas são lidas corrigidas"
    ]

    again, _ = sort_out(read, known(rows=rows, runs=(run,)), at("14:10"))

    assert again == rows
    assert [row.seen for row in again["pix"]] == [NOW]
    assert list(map(as_written, again["pix"])) == read
    never, _ = sort_out(read, replace(known(runs=(run,)), finds_local=False), NOW)
    assert (never, notes(never)) == ({"pix": read}, [])


def test_rows_of_the_future_are_named_in_one_problem() -> None:
    read = [make_row(start=at("17:05")), make_row("b", at("18:00")), make_row("b", at("14:07"))]
    rows, _ = sort_out(read, known("pix", "b"), NOW)

    assert [note.what for note in notes(rows)] == [
        "2 linhas do histórico começam no futuro (contam, mas não valem como última execução): "
        "b às 18:00, pix às 17:05"
    ]
    rows, _ = sort_out(read[:1], known(), NOW)
    assert notes(rows)[0].what.startswith("1 linha do histórico começa no futuro (conta,")


def test_many_jobs_are_named_by_the_first_few() -> None:
    jobs = [f"job{number}" for number in range(8)]
    rows, _ = sort_out([make_row(job, at("17:05")) for job in jobs], known(*jobs), NOW)

    assert notes(rows)[0].what.endswith("job4 às 17:05 e mais 3")


def test_of_a_job_with_very_many_rows_the_last_are_kept_and_all_are_counted() -> None:
    read = [make_row(start=at("00:00") + timedelta(seconds=each)) for each in range(MOST_ROWS + 3)]

    found = sort_out_whole(read[::-1], known(), NOW)

    assert (found.rows, found.more) == ({"pix": read[3:]}, {"pix": 3})
