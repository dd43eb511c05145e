"""Where a parser stands in a line's tokens; and what it says when it cannot go on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from tray_agent.core.schedules.spelling import Kind, Line, Token

_NOTHING = Token(Kind.SIGN, "", 0, 0, False)
MANY_LINES = "escreva um agendamento por linha (Alt+Enter)"


class Unclear(Exception):
    """A line, or a part of it, that schedules nothing: the text says why, in Portuguese.

    ``alone``: the part speaks of no days, so between the commas of a list of hours it loses only itself.
    ``word`` is the part in quotes where all that can be said is that it is no hour.
    """

    def __init__(self, text: str, *, alone: bool = False, word: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.alone = alone
        self.word = word


@dataclass(slots=True)
class Cursor:
    """A place in a line. ``lost`` are the wrong hours passed over so far, as the person spelt them."""

    line: Line
    at: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.at >= len(self.line.tokens)

    def peek(self, ahead: int = 0) -> Token:
        """The token that many places on, or an empty sign past the end."""
        place = self.at + ahead
        return self.line.tokens[place] if 0 <= place < len(self.line.tokens) else _NOTHING

    def word(self, ahead: int = 0) -> str:
        """The word that many places on, without dots that end it; "" where no word stands."""
        token = self.peek(ahead)
        return token.text.rstrip(".") if token.kind is Kind.WORD else ""

    def words(self, text: str) -> bool:
        """Pass over these words if exactly they stand here."""
        wanted = text.split()
        if any(self.word(ahead) != word for ahead, word in enumerate(wanted)):
            return False
        self.at += len(wanted)
        return True

    def any_words(self, *texts: str) -> bool:
        """Pass over the first of these texts that stands here."""
        word = self.word()
        return bool(word) and any(text.startswith(word) and self.words(text) for text in texts)

    def one_of(self, words: Collection[str]) -> str:
        """Pass over a word if it is one of these; the word, or ""."""
        word = self.word()
        if word and word in words:
            self.at += 1
            return word
        return ""

    def sign(self, text: str) -> bool:
        """Pass over a sign."""
        token = self.peek()
        if token.kind is Kind.SIGN and token.text == text:
            self.at += 1
            return True
        return False

    def take(self, *kinds: Kind) -> Token | None:
        """Pass over a token of one of these kinds."""
        token = self.peek()
        if token is not _NOTHING and token.kind in kinds:
            self.at += 1
            return token
        return None

    def separator(self) -> str:
        """Pass over what separates two parts; it, or "" for nothing but a blank."""
        found = ""
        while (token := self.peek()).text in (",", ";", "e"):
            found = token.text if found in ("", ",", ";") else found
            self.at += 1
        return found

    def quote(self, begin: int) -> str:
        """What was passed over since a place, as the person spelt it."""
        return self.line.quote(begin, max(self.at, begin + 1))

    def whole(self) -> str:
        """The whole line in quotes."""
        return self.line.quote()
