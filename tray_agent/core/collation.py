"""How text compares: the order in which Portuguese sorts it, and the keys by which names are matched."""

from __future__ import annotations

import re
import unicodedata

SortKey = tuple[str, str, str]

# The order of the Unicode collation's root, which Portuguese uses unchanged.
_PUNCTUATION = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0328\u0327\u0304"
_PUNCTUATION_RANK = {sign: rank for rank, sign in enumerate(_PUNCTUATION)}
_ACCENT_RANK = {accent: rank for rank, accent in enumerate(_ACCENTS, start=2)}
_BLANK, _SIGN, _OTHER_SIGN, _DIGIT, _LETTER = map(chr, range(5))

_ESCAPED_CONTROL = re.compile(r"_x00(?:0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff])_")


# Letters and marks of no width; whatever else is unseen is of a category that says so.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def _primary(sign: str) -> str:
    """What a sign is, and which of these: two signs that compare so."""
    if sign.isalpha():
        return _LETTER + sign
    if sign.isdecimal():
        return _DIGIT + chr(unicodedata.decimal(sign))
    if sign.isspace():
        return _BLANK + sign
    rank = _PUNCTUATION_RANK.get(sign)
    return _OTHER_SIGN + sign if rank is None else _SIGN + chr(rank)


def portuguese_key(text: str) -> SortKey:
    """A sort key: letters count first, then accents, then case; signs before digits before letters.

    Texts, and no tuples of numbers: those of two thousand names at once would take three megabytes.
    """
    primary, accents, cases = "", "", ""
    for sign in unicodedata.normalize("NFD", text):
        if unicodedata.combining(sign):
            accents += chr(_ACCENT_RANK.get(sign, ord(sign)))
            continue
        for small in sign.lower():
            if not unicodedata.combining(small):
                primary += _primary(small)
        accents += "\1"
        cases += "1" if sign.isupper() else "0"
    return primary, accents, cases


def displayed(text: str) -> str:
    """A foreign text as a person reads it: composed, blanks made single and control signs blanks, half a
    character a mark, without signs that nobody sees (of no width, or that turn the text around)."""
    if "_x00" in text:
        text = _ESCAPED_CONTROL.sub(" ", text)
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return " ".join(text.split()) if "  " in text else text.strip()


def _visible(sign: str) -> str:
    if sign.isspace() or unicodedata.category(sign) == "Cc":
        return " "
    category = unicodedata.category(sign)
    return "\ufffd" if category == "Cs" else "" if category == "Cf" else sign


def match_key(text: str) -> str:
    """What two spellings of one name have in common: blanks, case and Unicode form aside."""
    if text.isascii():
        return displayed(text).casefold()
    return unicodedata.normalize("NFKC", displayed(unicodedata.normalize("NFKC", text)).casefold())


def script_key(text: str) -> str:
    """The key of a script's name as a cell or a history row gives it, with or without ``.py``."""
    key = match_key(text)
    return key[:-3].rstrip() if key.endswith(".py") else key


def plain_key(text: str) -> str:
    """The match key without accents, for headers and words that people type in either way."""
    decomposed = unicodedata.normalize("NFD", match_key(text))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
