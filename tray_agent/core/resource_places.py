"""The setting ``resources``: how many runs may use each resource at once, in the whole team or on each PC."""

from __future__ import annotations

ResourcePlaces = tuple[str, int, bool]
"""A resource as written, its places, and whether each PC has them for itself."""

_MOST = 1000


def resource_places(value: object) -> tuple[ResourcePlaces, ...]:
    """A table of numbers, or of ``{places = 1, per = "pc"}``; from the environment ``SAP=1; navegador=2 por
    pc``.

    Raises ValueError.
    """
    if isinstance(value, str):
        value = dict(part.split("=", 1) for part in value.split(";") if part.strip())
    if isinstance(value, list | tuple):  # as it comes out of here
        return tuple(_resource(name, {"places": n, "per": "pc" if own else ""}) for name, n, own in value)
    if not isinstance(value, dict):
        raise ValueError
    return tuple(_resource(name, each) for name, each in value.items())


def _resource(name: object, value: object) -> ResourcePlaces:
    places, per = value, ""
    if isinstance(value, str):
        places, _, per = value.partition(" por ")
    elif isinstance(value, dict):
        if not value.keys() <= {"places", "per"}:
            raise ValueError
        places, per = value.get("places", 1), value.get("per", "")
    per = str(per).strip().casefold()
    if not isinstance(name, str) or not name.strip() or "\0" in name or per not in {"", "pc"}:
        raise ValueError
    if isinstance(places, bool) or not isinstance(places, int | str) or not 1 <= int(places) <= _MOST:
        raise ValueError
    return name.strip(), int(places), per == "pc"
