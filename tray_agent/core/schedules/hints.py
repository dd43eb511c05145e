"""What to say of a line that is not understood: the likely cause first."""

from __future__ import annotations

from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.spelling import Kind
from tray_agent.core.schedules.vocabulary import day_word, known, nearest, spelt

NOTHING = "; nada foi agendado"
_FROM_A_DAY = (
    'depende de um dia de referência: escreva "1º dia útil", "último dia útil" ou "dia 5 ou próximo dia útil"'
)
_END_OF_MONTH = 'não está claro: escreva "último dia do mês" ou "último dia útil"'


def refuse_known(cursor: Cursor) -> None:
    """Raise Unclear for what people write and what no program could know the meaning of."""
    tokens = cursor.line.tokens
    for at, token in enumerate(tokens):
        cursor.at = at
        if cursor.word() == "d" and cursor.peek(1).text in ("+", "-") and cursor.peek(2).kind is Kind.NUMBER:
            raise Unclear(f"{cursor.line.quote(at, at + 3)} {_FROM_A_DAY}")
        if cursor.word() in ("fim", "final") and cursor.word(1) in ("do", "de") and cursor.word(2) == "mes":
            raise Unclear(f"{cursor.line.quote(at, at + 3)} {_END_OF_MONTH}")
        if cursor.word() in ("manha", "tarde", "madrugada", "noite") and cursor.word(-1) in ("da", "de"):
            raise Unclear(f"{cursor.whole()}: escreva a hora de 0h a 23:59, como 18h")
        if token.text == "@":
            raise Unclear(f'{cursor.whole()} não é aceito: escreva por extenso, como "todo dia às 0h"')
        if token.text in ("dia", "dias"):
            break  # from here on "5,30" may be two days
        _refuse_comma_minutes(cursor, at)
    cursor.at = 0


def _refuse_comma_minutes(cursor: Cursor, at: int) -> None:
    """ "8,30" alone is 8:30 mistyped, or 8h and a wrong hour."""
    first, comma, second = cursor.peek(), cursor.peek(1), cursor.peek(2)
    if comma.text != "," or not (comma.glued and second.glued):
        return
    if first.kind is not Kind.NUMBER or second.kind is not Kind.NUMBER or len(second.text) != 2:
        return
    if int(first.text) > 23 or not 24 <= int(second.text) <= 59:
        return
    before, after = cursor.peek(-1), cursor.peek(3)
    if (before.text == "," and first.glued) or (after.text == "," and after.glued):
        return
    time = f"{first.text}:{second.text}"
    raise Unclear(
        f"{cursor.line.quote(at, at + 3)} parece {time}; escreva {time}, "
        "ou as horas cheias separadas por vírgula"
    )


def not_understood(cursor: Cursor) -> Unclear:
    """What to say where no part of the language begins."""
    tokens = cursor.line.tokens
    strange = next((at for at in range(cursor.at, len(tokens)) if _strange(cursor, at)), cursor.at)
    end = strange + 1
    while end < len(tokens) and tokens[end].glued and tokens[end].text not in (",", ";"):
        end += 1
    begin = strange
    while begin > 0 and tokens[begin].glued and tokens[begin - 1].text not in (",", ";"):
        begin -= 1
    quoted, word = cursor.line.quote(begin, end), tokens[strange].text.rstrip(".")
    meant = nearest(word) if _strange(cursor, strange) else None
    if meant is not None:
        return Unclear(f'{cursor.line.quote(strange, strange + 1)} parece "{spelt(meant)}"{NOTHING}')
    whole = cursor.whole()
    place = f" em {whole}" if whole != quoted else ""
    speaks_of_days = any(day_word(token.text.rstrip(".")) for token in tokens[begin:end])
    return Unclear(f"não entendi {quoted}{place}{NOTHING}", alone=not speaks_of_days, word=quoted)


def _strange(cursor: Cursor, at: int) -> bool:
    token = cursor.line.tokens[at]
    return token.kind is Kind.WORD and not known(token.text.rstrip("."))


def no_hours(cursor: Cursor) -> Unclear:
    """What to say of days without hours."""
    whole = cursor.whole()
    cursor.at = 0
    if cursor.words("todo dia") and cursor.peek().kind is Kind.NUMBER:
        number = cursor.peek().text
        return Unclear(f'{whole} não está claro: escreva "todo dia às {number}h" ou "dia {number} às 9h"')
    return Unclear(f"faltam as horas em {whole}")
