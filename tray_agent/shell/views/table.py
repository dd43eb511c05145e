"""``tray-agent status`` for people: a table in colour on a terminal, plain in a pipe. Pure."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_WORDS = {
    "RUNNING": ("▶", "executando", "34"),
    "SUCCESS": ("✓", "sucesso", "32"),
    "ERROR": ("✗", "erro", "31"),
    "NO_DATA": ("–", "sem dados", "33"),
    "SCHEDULED": ("…", "na fila", "90"),
    "IDLE": ("○", "ocioso", "0"),
}
_COUNTED = {
    "RUNNING": ("executando", "executando"),
    "SUCCESS": ("com sucesso", "com sucesso"),
    "ERROR": ("em erro", "em erro"),
    "NO_DATA": ("sem dados", "sem dados"),
    "IDLE": ("ocioso", "ociosos"),
}
_HEADINGS = ("", "ÁREA", "AUTOMAÇÃO", "HOJE", "ÚLTIMA", "PRÓXIMA", "SITUAÇÃO")
_LONGEST_NAME = 44
_LEAST_SENTENCE = 20


def render(status: Json, *, colour: bool, width: int) -> str:
    """The whole answer as text; ``width`` is the terminal's, in characters."""
    lines = [_headline(status, colour), _history(status, colour)]
    rows = [_row(card) for card in status["cards"]]
    if rows:
        lines += ["", *_table(status["cards"], rows, colour, width)]
    elif status.get("role") == "pc":
        lines += ["", f"Nada rodou neste PC hoje; quem decide é o cérebro, {status.get('brain')}."]
    else:
        lines += ["", "Nenhuma automação ainda: verifique os problemas abaixo ou rode: tray-agent doctor"]
    if status.get("pcs"):
        lines += ["", "PCs da equipe", *(f"  {_pc(pc, status['now'])}" for pc in status["pcs"])]
    if status.get("day_notes"):
        lines += ["", "Do dia anterior:", *(f"  {note}" for note in status["day_notes"])]
    if status["problems"]:
        lines += ["", _paint("Problemas", "1", colour)]
        lines += [f"  {_place(each)}: {each['what']}{_hint(each)}" for each in status["problems"]]
    return "\n".join(lines)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code != "0" else text


def _headline(status: Json, colour: bool) -> str:
    counts = status["counts"]
    parts = [
        _paint(f"{counts[state]} {words[counts[state] != 1]}", _WORDS[state][2], colour)
        for state, words in _COUNTED.items()
        if counts[state]
    ]
    if counts["queued"]:
        parts.append(f"{counts['queued']} na fila")
    heads = [f"tray-agent {status['version']}", status["processing_date"], ", ".join(parts)]
    paused = _paint("  SUSPENSO", "33", colour) if status["paused"] else ""
    return " · ".join(head for head in heads if head) + paused


def _history(status: Json, colour: bool) -> str:
    history = status["history"]
    if history["source"] == "local":
        return f"Histórico local: {_runs(history['rows'])} hoje"
    if history["verified"]:
        at = history["last_sync"][11:16]
        stale = _paint(f" · {history['error']}", "33", colour) if history["error"] else ""
        return f"BigQuery lido às {at}: {_runs(history['rows'])} hoje{stale}"
    cause = history["error"] or "a leitura está em andamento"
    return _paint(f"BigQuery não verificado, agendamentos suspensos: {cause}", "33", colour)


def _runs(count: int) -> str:
    return "1 execução" if count == 1 else f"{count} execuções"


def _row(card: Json) -> tuple[str, ...]:
    icon, word, _ = _WORDS[card["state"]]
    last = card["last_run"]
    when = last["start"][11:19] if last and last["start"] else "-"
    following = card["next_run_text"].removeprefix("Próxima execução: ")
    name = card["name"] if len(card["name"]) <= _LONGEST_NAME else card["name"][: _LONGEST_NAME - 1] + "…"
    return (
        f"{icon} {word}",
        card["area"],
        name,
        f"{card['actual']} de {len(card['schedule']['times'])}",
        when,
        following,
        card["why"],
    )


def _table(cards: list[Json], rows: list[tuple[str, ...]], colour: bool, width: int) -> list[str]:
    widths = [max(len(heading), *(len(row[i]) for row in rows)) for i, heading in enumerate(_HEADINGS)]
    taken = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if taken + _LEAST_SENTENCE > width:
        return [
            line for card, row in zip(cards, rows, strict=True) for line in _two(card, row, colour, width)
        ]
    room = width - taken
    widths[-1] = min(widths[-1], room)
    lines = [_paint(_line(_HEADINGS, widths), "1", colour)]
    for card, row in zip(cards, rows, strict=True):
        line = _line(row, widths)
        first = line[: widths[0]]
        lines.append(_paint(first, _WORDS[card["state"]][2], colour) + line[widths[0] :])
    return lines


def _two(card: Json, row: tuple[str, ...], colour: bool, width: int) -> tuple[str, str]:
    """A card on a terminal that is too narrow for the table."""
    state, area, name, today, _last, following, _why = row
    first = _cut(f"{state}  {name}", width)
    painted = _paint(first[: len(state)], _WORDS[card["state"]][2], colour) + first[len(state) :]
    return painted, _cut(f"  {area} · {today} · {following}", width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(1, width - 1)] + "…"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [_cut(text, size) for text, size in zip(row, widths, strict=True)]
    return "  ".join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True)).rstrip()


def _place(problem: Json) -> str:
    names = {
        "settings": "configuração",
        "base_path": "pasta base",
        "registry": "registro",
        "script": "script",
        "run": "execução",
        "history": "histórico",
        "data": "pasta de dados",
    }
    return names.get(str(problem["where"]), str(problem["where"]))


def _hint(problem: Json) -> str:
    return f" → {problem['action']}" if problem.get("action") else ""


def _pc(pc: Json, now: str) -> str:
    """A PC of the team: since when it is heard or not, and what is on it."""
    words = ["cérebro"] if pc["brain"] else []
    since = _moment(pc["since"], now)
    if not pc["present"]:
        words.append(f"sem notícia{since}")
    elif not pc["brain"]:
        words.append(f"presente{since}")
    words.append(f"{pc['running']} de {pc['places']} em execução")
    if pc["tags"]:
        words.append(", ".join(pc["tags"]))
    return f"{pc['name']}: {' · '.join(words)}"


def _moment(stamp: str | None, now: str) -> str:
    if not stamp:
        return ""
    day = "" if stamp[:10] == now[:10] else f"{stamp[8:10]}/{stamp[5:7]} "
    return f" desde {day}{stamp[11:16]}"
