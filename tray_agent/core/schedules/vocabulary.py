"""The words of the schedule language, folded: small letters without accents."""

from __future__ import annotations

from functools import cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAY_NAMES = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
MONTH_NAMES = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
_WEEKDAYS = (
    "seg segunda segundas mon monday mondays",
    "ter terca tercas tue tues tuesday tuesdays",
    "qua quarta quartas wed wednesday wednesdays",
    "qui quinta quintas thu thur thurs thursday thursdays",
    "sex sexta sextas fri friday fridays",
    "sab sabado sabados sat saturday saturdays",
    "dom domingo domingos sun sunday sundays",
)
_MONTHS = (
    "jan janeiro january",
    "fev fevereiro feb february",
    "mar marco march",
    "abr abril apr april",
    "mai maio may",
    "jun junho june",
    "jul julho july",
    "ago agosto aug august",
    "set setembro sep september",
    "out outubro oct october",
    "nov novembro november",
    "dez dezembro dec december",
)
_ORDINALS = (
    "primeiro primeira",
    "segundo",  # "segunda" is Monday
    "terceiro terceira",
    "quarto",
    "quinto",
    "sexto",
    "setimo",
    "oitavo",
    "nono",
    "decimo",
)

WEEKDAYS = {word: index for index, words in enumerate(_WEEKDAYS) for word in words.split()}
MONTHS = {word: index for index, words in enumerate(_MONTHS, 1) for word in words.split()}
ORDINALS = {word: index for index, words in enumerate(_ORDINALS, 1) for word in words.split()}
LAST = {
    "ultimo": -1,
    "ultima": -1,
    "penultimo": -2,
    "penultima": -2,
    "antepenultimo": -3,
    "antepenultima": -3,
}

BUSINESS = frozenset({"util", "uteis"})
BUSINESS_ALONE = frozenset({"uteis", "du", "d.u"})
EXCEPT = frozenset({"exceto", "menos", "salvo"})
ONLY = frozenset({"so", "somente", "apenas"})
RANGE = frozenset({"a", "as", "ao", "ate"})
WINDOW = frozenset({"das", "entre", "de", "do"})

_ACCENTED = _words(
    "terça terças sábado sábados março útil úteis último última últimos penúltimo penúltima antepenúltimo "
    "antepenúltima próximo próxima sétimo décimo mês só"
)

_DAY_WORDS = _words(
    "dia dias util uteis du todo todos toda todas cada mes meses feriado feriados exceto menos salvo so "
    "somente apenas se proximo proxima anterior seguinte fim semana semanas fds feira feiras quinzena "
    "quinzenal quinzenalmente semanal semanalmente mensal mensalmente trimestral anual diario diariamente "
    "primeiros ultimos business working weekdays weekday d"
)
_OTHER_WORDS = _words("meio noite hora horas minutos entre manual desativado agendamento demanda")


def day_word(word: str) -> bool:
    """Whether a word speaks of days: where it is not understood, its line schedules nothing."""
    return any(word in each for each in (_DAY_WORDS, WEEKDAYS, MONTHS, ORDINALS, LAST))


_SMALL_WORDS = _words(
    "a as o os ao aos e em de do da das dos no na nos nas ou para em for all min h every day"
)


def known(word: str) -> bool:
    """Whether a word belongs to the language, wherever it may stand."""
    return day_word(word) or word in _OTHER_WORDS or word in _SMALL_WORDS


@cache
def _known() -> tuple[str, ...]:
    known = {*_DAY_WORDS, *_OTHER_WORDS, *WEEKDAYS, *MONTHS, *ORDINALS, *LAST}
    return tuple(sorted(known, key=lambda word: (-len(word), word)))


def nearest(word: str) -> str | None:
    """The known word that an unknown one is a slip of: one or two letters wrong, or swapped neighbours.

    Of a word of three letters only swapped letters count as a slip: too many words are one letter apart.
    """
    if len(word) < 3 or len(word) > 20:
        return None
    best: tuple[int, str] | None = None
    for known in _known():
        if len(known) < 3 or abs(len(known) - len(word)) > 2:
            continue
        allowed = 0 if len(known) == 3 else 1 if len(known) == 4 or len(word) < 5 else 2
        if sorted(known) == sorted(word) and len(known) == 3:
            allowed = 1
        distance = _distance(word, known)
        if distance <= allowed and (best is None or distance < best[0]):
            best = distance, known
    return best[1] if best else None


@cache
def _spellings() -> dict[str, str]:
    plain = str.maketrans("áéíóúâêôãõç", "aeiouaeoaoc")
    return {word.translate(plain): word for word in _ACCENTED}


def spelt(word: str) -> str:
    """A known word with its accents."""
    return _spellings().get(word, word)


def _distance(one: str, two: str) -> int:
    """Letters to insert, drop, change or swap with their neighbour."""
    before: list[int] = []
    line = list(range(len(two) + 1))
    for row, sign in enumerate(one, 1):
        last, before, line = before, line, [row]
        for column, other in enumerate(two, 1):
            least = min(before[column] + 1, line[-1] + 1, before[column - 1] + (sign != other))
            if row > 1 and column > 1 and sign == two[column - 2] and one[row - 2] == other:
                least = min(least, last[column - 2] + 1)
            line.append(least)
    return line[-1]
