"""The rows below a registry's header, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tray_agent.core.collation import plain_key, script_key
from tray_agent.core.model import Cell, PcNamed, Problem, RegistryRow, Where
from tray_agent.core.policies import NO_POLICIES, Policies
from tray_agent.core.registry.cells import (
    CellFault,
    RawCell,
    ScheduleReading,
    active_of,
    cell_text,
    minutes_of,
    schedule_of,
)
from tray_agent.core.registry.columns import (
    Header,
    column_letter,
    header_of,
    restricts_days,
    role_of,
    unclear,
)
from tray_agent.core.registry.dragged import dragged
from tray_agent.core.registry.found import ABSENT, Found, found_in
from tray_agent.core.registry.policies import NOWHERE, POLICY_ROLES, PolicyReader
from tray_agent.core.registry.sheets import NO_AREA, RegistryReading, Sheet
from tray_agent.core.registry.wording import listed, shown
from tray_agent.core.schedules.schedule import MANUAL

_FIX_HOURS = "Corrija a célula {}, por exemplo: 8, 12h30; seg-sex 8h; dias úteis 9h; ALL; MANUAL."
_FIX_ACTIVE = "Escreva sim ou não na célula {}."
_EMPTY = (None, "")
_LONGEST_NOTE = 500
_MOST_PCS = 100
_NEEDED_ROLES = frozenset({"script", "schedule", "active"})


_FIRST_COUNTS = frozenset({"script", "area"})  # for the rest, what cannot be read for certain is not obeyed


@dataclass(slots=True)
class Rows:
    """Reads the rows below a header."""

    sheet: Sheet
    header: Header
    problems: list[Problem] = field(default_factory=list)
    _schedules: dict[tuple[type, RawCell], ScheduleReading] = field(default_factory=dict)
    _actives: dict[tuple[type, RawCell], bool | None] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _reader: PolicyReader = field(default_factory=PolicyReader)
    _written: list[tuple[int, str]] = field(default_factory=list)
    _roles: tuple[str, ...] = ()
    _policy_columns: tuple[int, ...] = ()
    _right_policies: dict[object, Policies] = field(default_factory=dict)
    _job: str | None = None
    _pcs: dict[str, PcNamed] = field(default_factory=dict)

    def read(self) -> RegistryReading:
        """Every row below the header, to the sheet's end or to a header with other columns."""
        self._columns()
        columns = self.header.columns
        self._roles = tuple(role for role in POLICY_ROLES if role in columns)
        self._policy_columns = tuple(sorted(column for role in self._roles for column in columns[role]))
        rows: list[RegistryRow] = []
        again = self._headers()
        for index in range(self.header.row + 1, len(self.sheet.rows)):
            if index in again:
                if self._second_header(index):
                    continue
                break
            row = self._row(index, self.sheet.rows[index])
            if row is not None:
                rows.append(row)
        unknown = tuple(self.header.names[column] for column in self.header.unknown)
        return RegistryReading(
            tuple(rows),
            tuple(self.problems),
            self.sheet.name,
            unknown,
            hints=dragged(self._written),
            pcs_named=tuple(self._pcs.values()),
        )

    def _columns(self) -> None:
        """Say which columns nobody reads though somebody may count on them."""
        for column in self.header.unknown:
            name = self.header.names[column]
            letter = column_letter(column)
            place = Cell(self.header.row + 1, letter, name[:200])
            heading = f"a coluna {letter} ({shown(name)})"
            choice = unclear(name)
            if choice:
                what = f"{heading} não é lida: pode ser {choice}"
                self._report(self.header.row, what, f"Dê à coluna um destes nomes: {choice}.", place)
            elif restricts_days(name):
                what = f"{heading} parece limitar os dias, mas não é lida"
                action = (
                    "Escreva os dias no agendamento, como em “seg-sex 8h”, e apague ou renomeie a coluna."
                )
                self._report(self.header.row, what, action, place)

    def _headers(self) -> set[int]:
        """The rows below the header that are headers too. Quick: most rows have no heading in them."""
        rows = self.sheet.rows[self.header.row + 1 :]
        headings = {cell for cell in {*(cell for row in rows for cell in row)} if role_of(cell)}
        if len(headings) < len(_NEEDED_ROLES):
            return set()
        return {
            index
            for index, row in enumerate(rows, self.header.row + 1)
            if {role_of(cell) for cell in headings.intersection(row)} >= _NEEDED_ROLES
        }

    def _second_header(self, index: int) -> bool:
        """Say that there is a header again; whether the rows below it can be read all the same."""
        same = header_of(index, self.sheet.rows[index]).columns == self.header.columns
        tail = "ela é pulada" if same else "as linhas abaixo dela não são lidas"
        self._report(
            index,
            f"esta linha é um segundo cabeçalho; {tail}",
            f"Apague a linha {index + 1}."
            if same
            else f"Passe as linhas abaixo para as colunas da linha {self.header.row + 1} e apague esta.",
        )
        return same

    def _row(self, index: int, row: Sequence[RawCell]) -> RegistryRow | None:
        self._job = None
        active = self._pick(index, row, "active")
        yes = self._active(active.cell)
        if yes is False and not active.wrong:
            return None
        named = self._pick(index, row, "script")
        name = cell_text(named.cell)
        key = script_key(name)
        self._job = key if key and not isinstance(named.cell, CellFault) else None
        if active.wrong:
            self._wrong_cell(index, active, f"{active.wrong}; linha inativa", active.fix)
            return None
        if yes is None:
            text = shown(cell_text(active.cell))
            self._wrong_cell(index, active, f"{text} não é sim nem não; a linha não roda", _FIX_ACTIVE)
            return None
        if named.wrong or not name:
            wrong = named.wrong or "falta o nome do script"
            self._wrong_cell(index, named, f"{wrong}; linha ignorada", named.fix)
            return None
        return self._active_row(index, row, name, key)

    def _active_row(self, index: int, row: Sequence[RawCell], name: str, key: str) -> RegistryRow:
        hours = self._pick(index, row, "schedule")
        reading = self._schedule(hours)
        self._written.append((index + 1, self._text(hours.cell)))
        lost = ""
        if reading.wrong:
            lost = f"célula {self._address(index, hours)}: {reading.wrong}"
            self._wrong_cell(index, hours, reading.wrong, hours.fix if hours.wrong else _FIX_HOURS)
        limit = self._pick(index, row, "timeout")
        minutes, wrong = minutes_of(None if limit.wrong else limit.cell)
        if limit.wrong or wrong:
            self._wrong_cell(index, limit, wrong or f"{limit.wrong}; vale o limite geral", limit.fix)
        area = self._pick(index, row, "area")
        if area.wrong:
            self._wrong_cell(index, area, area.wrong, area.fix)
        where = "" if isinstance(area.cell, CellFault) else self._text(area.cell)
        note = self._pick(index, row, "note")
        policies = self._policies(index, row)
        if policies.pcs:
            self._name_pcs(index, row, policies.pcs, key)
        return RegistryRow(
            key,
            name,
            where or NO_AREA,
            reading.schedule,
            index + 1,
            minutes,
            policies,
            "" if note.wrong else cell_text(note.cell)[:_LONGEST_NOTE],
            lost,
        )

    def _name_pcs(self, index: int, row: Sequence[RawCell], names: tuple[str, ...], key: str) -> None:
        """Keep where each PC or tag is named first: only the agent knows who is of its team."""
        for name in names:
            known = self._pcs.get(name)
            if known is not None:
                self._pcs[name] = replace(known, rows=known.rows + 1)
            elif name != NOWHERE and len(self._pcs) < _MOST_PCS:
                found = self._pick(index, row, "pcs")
                place = Cell(index + 1, column_letter(found.column), cell_text(found.cell)[:200])
                self._pcs[name] = PcNamed(name[:200], place, key)

    def _policies(self, index: int, row: Sequence[RawCell]) -> Policies:
        """What the policy columns say. Cells that were right in a row above are looked at no more."""
        if not self._roles:
            return NO_POLICIES
        columns = self._policy_columns
        if self.sheet.volatile or len(row) <= columns[-1]:
            return self._picked_policies(index, row)
        cells = [row[column] for column in columns]
        key = (*cells, *map(type, cells))
        known = self._right_policies.get(key)
        if known is None:
            before = len(self.problems)
            known = self._picked_policies(index, row)
            if len(self.problems) == before:
                self._right_policies[key] = known
        return known

    def _picked_policies(self, index: int, row: Sequence[RawCell]) -> Policies:
        picked = {role: self._pick(index, row, role) for role in self._roles}
        filled = tuple(
            (role, found.cell, found.wrong)
            for role, found in picked.items()
            if found.wrong or found.cell not in _EMPTY
        )
        if not filled:
            return NO_POLICIES
        reading = self._reader.read(filled)
        for role, wrong in reading.wrong:
            self._wrong_cell(index, picked[role], wrong, picked[role].fix)
        return reading.policies

    def _text(self, cell: RawCell) -> str:
        """The text of a cell of which many rows have the same."""
        if not isinstance(cell, str):
            return cell_text(cell)
        known = self._texts.get(cell)
        if known is None:
            known = self._texts[cell] = cell_text(cell)
        return known

    def _active(self, cell: RawCell) -> bool | None:
        """Each distinct cell is read once."""
        key = type(cell), cell
        if key not in self._actives:
            self._actives[key] = active_of(cell)
        return self._actives[key]

    def _schedule(self, hours: Found) -> ScheduleReading:
        """What a cell asks for; each distinct cell is read once."""
        if hours.wrong:
            return ScheduleReading(MANUAL, f"{hours.wrong}; nada foi agendado")
        key = type(hours.cell), hours.cell
        reading = self._schedules.get(key)
        if reading is None:
            reading = self._schedules[key] = schedule_of(hours.cell)
        return reading

    def _pick(self, index: int, row: Sequence[RawCell], role: str) -> Found:
        """Of the columns of one meaning the filled one (product 2.1)."""
        columns = self.header.columns.get(role)
        if columns is None:
            return ABSENT
        column = columns[0]
        if len(columns) > 1:  # seldom
            filled = [each for each in columns if each < len(row) and cell_text(row[each])]
            column = filled[0] if filled else column
            if len(filled) > 1 and len({self._meaning(role, row[each]) for each in filled}) > 1:
                return self._disagreeing(index, row, role, filled)
        return found_in(self.sheet, index, row, column)

    def _meaning(self, role: str, cell: RawCell) -> object:
        if isinstance(cell, CellFault):
            return cell
        text = cell_text(cell)
        if role == "active":
            known = active_of(cell)
            return plain_key(text) if known is None else known
        return script_key(text) if role == "script" else plain_key(text)

    def _disagreeing(self, index: int, row: Sequence[RawCell], role: str, filled: list[int]) -> Found:
        first = filled[0]
        places = listed([f"{column_letter(each)}{index + 1}" for each in filled])
        said = listed([shown(cell_text(row[each])) for each in filled])
        wrong = f"as células {places} têm o mesmo papel e dizem coisas diferentes ({said})"
        fix = f"Deixe preenchida só uma das células {places}."
        if role not in _FIRST_COUNTS:
            return Found(row[first], first, wrong, fix)
        place = Found(row[first], first)
        self._wrong_cell(index, place, f"{wrong}; vale a primeira", fix)
        return place

    def _address(self, index: int, found: Found) -> str:
        return f"{column_letter(found.column)}{index + 1}"

    def _wrong_cell(self, index: int, found: Found, wrong: str, fix: str) -> None:
        address = self._address(index, found)
        place = Cell(index + 1, column_letter(found.column), cell_text(found.cell)[:200])
        self._report(index, f"célula {address}: {wrong}", fix.format(address), place)

    def _report(self, index: int, what: str, action: str, place: Cell | None = None) -> None:
        cell = place or Cell(index + 1)
        self.problems.append(Problem(Where.REGISTRY, f"linha {index + 1}: {what}", action, cell, self._job))
