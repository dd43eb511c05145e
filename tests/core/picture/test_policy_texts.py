from __future__ import annotations

from tray_agent.core.picture.policy_texts import policy_texts
from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies, Retries
from tray_agent.core.registry.columns import ALIASES
from tray_agent.core.registry.policies import PolicyReader


def test_a_row_without_policies_says_none() -> None:
    assert policy_texts(NO_POLICIES) == []


def test_policies_are_said_as_their_columns_have_them_and_read_back() -> None:
    policies = Policies(
        CatchUp.LAST,
        Limit(minute=1050),
        Limit(after_minutes=90),
        Retries(2, 10, (75,)),
        ("SAP", "Excel"),
        ("carga_x",),
        ("--dia", "{d-1}", "C:\\um dois", ""),
    )
    told = policy_texts(policies)

    assert told == [
        "recuperar: última",
        "iniciar_ate: 17:30",
        "prazo: +90 min",
        "retentativas: 2 x 10 min (75)",
        "recurso: SAP; Excel",
        "depois_de: carga_x",
        'argumentos: --dia {d-1} "C:\\um dois" ""',
    ]
    roles = {name: role for role, names in ALIASES.items() for name in names}
    cells = [(roles[name], cell, "") for name, _, cell in (each.partition(": ") for each in told)]
    assert PolicyReader().read(cells).policies == policies
