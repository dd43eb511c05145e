"""The setting ``resources``."""

from __future__ import annotations

import pytest

from tray_agent.core.resource_places import ResourcePlaces, resource_places


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"SAP": 1, " navegador ": "2"}, (("SAP", 1, False), ("navegador", 2, False))),
        ({"Excel": {"places": 2, "per": "PC"}}, (("Excel", 2, True),)),
        ({"Excel": {"per": "pc"}, "SAP": {"places": 3}}, (("Excel", 1, True), ("SAP", 3, False))),
        ("SAP=1; navegador=2 por pc;", (("SAP", 1, False), ("navegador", 2, True))),
        ({}, ()),
    ],
)
def test_a_resource_has_places_in_the_team_or_on_each_pc(
    value: object, places: tuple[ResourcePlaces, ...]
) -> None:
    assert resource_places(value) == places


@pytest.mark.parametrize(
    "value",
    [
        {"SAP": 0},
        {"SAP": 1001},
        {"SAP": True},
        {"SAP": 1.5},
        {"SAP": "um"},
        {"": 1},
        {"SAP": {"places": 1, "per": "sala"}},
        {"SAP": {"lugares": 1}},
        "SAP=1 por sala",
        "SAP",
        ["SAP"],
        3,
    ],
)
def test_what_is_not_understood_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        resource_places(value)
