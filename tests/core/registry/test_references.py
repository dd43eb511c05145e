from __future__ import annotations

from datetime import datetime

from tests.builders import make_job
from tray_agent.core.model import Job
from tray_agent.core.policies import Halt, Policies
from tray_agent.core.registry.references import resolve_after, resolve_halts
from tray_agent.core.registry.sheets import HaltRow

BEGIN, END = datetime(2026, 12, 24), datetime(2026, 12, 27)


def resolved(**after: str) -> tuple[dict[str, Job], list[str]]:
    """Jobs that wait for those named, with blanks between; the jobs after the crossing, and the problems."""
    jobs = [make_job(name, policies=Policies(after=tuple(others.split()))) for name, others in after.items()]
    problems = list(resolve_after(jobs, {job.id: line for line, job in enumerate(jobs, 2)}))
    assert [problem.job for problem in problems] == [job.id for job in jobs if job.policies.unread]
    return {job.id: job for job in jobs}, [problem.what for problem in problems]


def test_jobs_that_wait_for_known_ones_stay_as_they_are() -> None:
    jobs, problems = resolved(a="", b="a", c="a b", d="c b")
    assert problems == []
    assert jobs["d"].policies == Policies(after=("c", "b"))


def test_a_name_that_is_no_job_keeps_its_job_from_starting() -> None:
    jobs, (problem,) = resolved(a="", b="a falta")
    assert problem.startswith('linha 3: "b": "falta" em depois_de não é uma automação ativa do registro')
    assert "falta" in jobs["b"].policies.unread
    assert jobs["b"].policies.after == ("a",)


def test_a_job_that_waits_for_itself_is_said_to() -> None:
    jobs, (problem,) = resolved(a="a")
    assert "espera por ela mesma" in problem
    assert jobs["a"].policies.after == ()


def test_every_job_of_a_circle_is_marked_and_those_outside_are_not() -> None:
    jobs, problems = resolved(a="b", b="c", c="a", before="", beside="a", two="before")
    assert [name for name, job in jobs.items() if job.policies.unread] == ["a", "b", "c"]
    assert "dá voltas (a → b → c → a)" in problems[0]
    assert "dá voltas (b → c → a → b)" in problems[1]


def test_a_long_chain_is_quickly_known_to_be_none() -> None:
    names = [f"j{n}" for n in range(20_000)]
    after = dict(zip(names, ["", *names[:-1]], strict=True))
    assert resolved(**after)[1] == []


def halted(area: str = "", job: str = "") -> tuple[tuple[Halt, ...], list[str]]:
    rows = [HaltRow(3, Halt(BEGIN, END, area, job, "x"))]
    jobs = [make_job("pix", area="Câmbio"), make_job("outra", area="Cadastro")]
    halts, problems = resolve_halts(rows, jobs)
    return halts, [problem.what for problem in problems]


def test_a_halt_means_an_area_and_a_job_as_the_registry_has_them() -> None:
    assert halted() == ((Halt(BEGIN, END, reason="x"),), [])
    assert halted("cambio", "PIX.py") == ((Halt(BEGIN, END, "Câmbio", "pix", "x"),), [])


def test_a_halt_of_something_unknown_is_a_problem() -> None:
    for halts, problems in (halted("Tesouraria"), halted(job="falta")):
        assert halts == ()
        assert problems[0].startswith('aba "Paradas", linha 3: ')
