"""A line of a schedule cell as tokens: spelling folded away, with the way back to what the person wrote."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tray_agent.core.collation import displayed

_LONGEST_SHOWN = 60
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_BLANKED = "()[]"
_TOKENS = r"""
    (?P<halfday>  \d{1,2} (?: :\d{2} )? \s? (?: [ap]m | [ap]\.m\.? ) (?![a-z0-9]) )
  | (?P<date>     \d{1,2}/\d{1,2} (?: /\d+ )? (?![\d/]) )
  | (?P<step>     \*/\d+ | \d{1,2}h?-\d{1,2}h?/\d+ (?![\d/]) )
  | (?P<clock>    \d{1,3}:\d{2} (?: :\d{2} )? (?: \s? hr?s? )? (?![a-z0-9:])
                | \d{1,3}h (?: \d{2} (?: min | m )? | \s\d{2}\s?min ) (?![a-z0-9]) )
  | (?P<hour>     \d{1,3} \s? (?: h | hs | hrs? | horas? ) (?![a-z0-9]) )
  | (?P<span>     \d{1,4} \s? (?: m | mins? | minutos? ) (?![a-z0-9]) )
  | (?P<ordinal>  \d{1,2}[oa] (?![a-z0-9]) \.? )
  | (?P<decimal>  \d+\.\d+ )
  | (?P<number>   \d+ )
  | (?P<word>     [a-z]+ (?: \.[a-z]+ )* \.? )
  | (?P<sign>     \S )
"""
LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029|\u23ce"
_ESCAPED_BREAKS = ("_x000d_", "_x000D_", "_x000a_", "_x000A_")


class Kind(StrEnum):
    """What a token is."""

    HALFDAY = "halfday"  # 2pm
    DATE = "date"  # 24/12, 24/12/2026
    STEP = "step"  # */2, 8-18/2
    CLOCK = "clock"  # 8:30, 8h30
    HOUR = "hour"  # 8h
    SPAN = "span"  # 30 min
    ORDINAL = "ordinal"  # 1º, 2ª
    DECIMAL = "decimal"  # 8.30
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a folded line; ``glued`` when no blank stands before it."""

    kind: Kind
    text: str
    begin: int
    end: int
    glued: bool

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in it, as they stand."""
        return tuple(int(each) for each in _digits().findall(self.text))


@dataclass(frozen=True, slots=True)
class Line:
    """A line as written, as folded, and where each folded sign came from."""

    written: str
    folded: str
    origins: tuple[int, ...]
    tokens: tuple[Token, ...]

    def quote(self, begin: int = 0, end: int | None = None) -> str:
        """The tokens ``begin`` up to ``end`` in quotes, as the person spelt them, cut to fit a sentence."""
        chosen = self.tokens[begin:end]
        if not chosen:
            return shown(self.written)
        last = self.origins[chosen[-1].end - 1]
        return shown(self.written[self.origins[chosen[0].begin] : last + 1])


def shown(text: str) -> str:
    """A text in quotes, cut to what fits in a sentence."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    if not cut.isprintable():
        cut = "".join(sign if sign.isprintable() else "\ufffd" for sign in cut)
    return f'"{cut}"'


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_TOKENS, re.VERBOSE | re.ASCII)


@cache
def _digits() -> re.Pattern[str]:
    return re.compile("[0-9]+")


def lines_of(text: str) -> list[str]:
    """The lines of a cell as they are displayed, without the empty ones."""
    for escaped in _ESCAPED_BREAKS:
        text = text.replace(escaped, "\n")
    for sign in LINE_BREAKS:
        if sign in text:
            text = text.replace(sign, "\n")
    return [line for line in map(displayed, text.split("\n")) if line]


def _folded_sign(sign: str) -> str:
    if sign in _DASHES:
        return "-"
    if sign in _BLANKED:
        return " "
    if sign == "°":
        return "o"
    if sign.isascii():
        return sign.lower()
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", sign).casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """A displayed text without case, accents and fancy signs; and for each sign its place in the text."""
    signs: list[str] = []
    origins: list[int] = []
    for place, sign in enumerate(text):
        plain = _folded_sign(sign)
        signs.append(plain)
        origins.extend([place] * len(plain))
    return "".join(signs), tuple(origins)


def line_of(written: str) -> Line:
    """A displayed line as tokens."""
    folded, origins = fold(written)
    tokens: list[Token] = []
    end = 0
    for match in _pattern().finditer(folded):
        kind = Kind(match.lastgroup or Kind.SIGN)
        glued = match.start() == end and end > 0
        end = match.end()
        text = match[0].rstrip(".") if kind is Kind.ORDINAL else match[0]
        tokens.append(Token(kind, text, match.start(), end, glued))
    return Line(written, folded, origins, tuple(tokens))
