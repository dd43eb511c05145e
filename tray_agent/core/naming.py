"""Names that people choose: made into ones that every file system takes, and said to be nobody's."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
_LONGEST = 60
_PLAIN = re.compile(rf"[A-Za-z0-9_-]{{1,{_LONGEST}}}")


def slug(text: str) -> str:
    """ASCII, at most 60 characters, no reserved Windows name; different texts stay different."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(c if c.isalnum() or c in "_-" else "_" for c in plain)[: _LONGEST - 9]
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept}-{digest}"


def no_such_job(name: object) -> str:
    """What is said to somebody who names a job that there is not."""
    return f"Não há automação ativa chamada {name}; veja os nomes com tray-agent status."


def whole(text: str) -> str:
    """The text with a "?" for each half of a character, as names and words in other encodings have them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
