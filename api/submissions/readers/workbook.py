"""Reader of a weekly update in a workbook: the sheet `Update`, or the only sheet with rows, and perhaps `Measures`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from api.messages.message import Message
from api.spreadsheets.errors import UnreadableTable
from api.spreadsheets.sheet_cells import Bounds, Sheet, SheetCells, Workbook
from api.spreadsheets.workbook_reader import open_workbook
from api.submissions.columns import MEASURE_HEADERS, POINT_HEADERS
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList
from api.submissions.raw_row import RawRow
from api.submissions.readers.sheet_rows import SheetTable, remove_titles
from api.submissions.row_kinds import KEY_COLUMNS
from api.submissions.rows import RawSubmission
from models.codes import fold_text

UPDATE, MEASURES = "update", "measures"
# Sheets of our own spreadsheet that are for reading only.
REFERENCE_SHEETS = {"definitions", "lists"}
# Columns that a list of points has too. A sheet with another column of ours is an update.
POINT_LIST_COLUMNS = {"point", "name", "country", "poe_type", "longitude", "latitude", "iata", "icao", "unlocode"}


@dataclass(frozen=True)
class CandidateSheet:
    """Sheet that may have the rows of an update, with its cells."""

    sheet: Sheet
    cells: SheetCells

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns that the first row names; empty without the key column of a kind of rows."""
        first = next(iter(remove_titles(self.cells.rows, self.cells.merged)), None)
        found = (
            {column.name for text in first.values.values() if (column := POINT_HEADERS.find_column(text))}
            if first
            else set()
        )
        return frozenset(found) if found & KEY_COLUMNS else frozenset()

    @property
    def reports(self) -> bool:
        """True if the sheet has columns of an update and a row under them."""
        return bool(self.columns - POINT_LIST_COLUMNS) and len(self.cells.rows) > 1

    @property
    def is_reference(self) -> bool:
        return fold_text(self.sheet.name) in REFERENCE_SHEETS

    @property
    def is_update(self) -> bool:
        return fold_text(self.sheet.name) == UPDATE


def can_hold_rows(sheet: Sheet) -> bool:
    """Return whether the sheet may have the rows: it is visible, or is named Update."""
    name = fold_text(sheet.name)
    return name != MEASURES and (not sheet.is_hidden or name == UPDATE)


def choose_sheet(candidates: Sequence[CandidateSheet], problems: ProblemList) -> CandidateSheet | None:
    """Choose the sheet to read: `Update` if it is filled in, or the only filled sheet, or the first with `point`.

    Return None and add a problem if two sheets are possible or there is none. Add warnings for unread sheets.
    """
    filled = [each for each in candidates if each.reports]
    update = next((each for each in filled if each.is_update), None)
    if update is None and len(filled) > 1:
        _refuse_several(filled, problems)
        return None
    named = [each for each in candidates if each.columns and len(each.cells.rows) > 1]
    chosen = next(iter([update] if update else filled or named or _sort_candidates(candidates)), None)
    if chosen is None:
        problems.add(Message("no_sheet"))
        return None
    _note_unread(candidates, chosen, problems)
    return chosen


def _sort_candidates(candidates: Sequence[CandidateSheet]) -> list[CandidateSheet]:
    """Sort `Update` before the other sheets, and sheets with a header before sheets without."""
    return sorted(candidates, key=lambda each: (not each.is_update, not each.columns, not each.cells.rows))


def _refuse_several(filled: Sequence[CandidateSheet], problems: ProblemList) -> None:
    problems.add(Message("several_sheets", sheets=[each.sheet.name for each in filled[:5]]))


def _note_unread(candidates: Sequence[CandidateSheet], chosen: CandidateSheet, problems: ProblemList) -> None:
    """Add a warning for each other sheet that has rows of points or comes before the chosen sheet."""
    is_before = not chosen.is_update
    for each in candidates:
        if each is chosen:
            is_before = False
        elif each.columns and len(each.cells.rows) > 1 and (each.reports or not each.is_reference):
            _add_warning(
                each, Message("sheet_not_read.other", sheet=each.sheet.name, chosen=chosen.sheet.name), problems
            )
        elif is_before and each.cells.rows and not each.columns:
            _add_warning(each, Message("sheet_not_read", sheet=each.sheet.name), problems)


def _add_warning(other: CandidateSheet, message: Message, problems: ProblemList) -> None:
    problems.add(message, value=other.sheet.name, severity="warning")


def join_measures(
    rows: Sequence[RawRow], measures: Sequence[RawRow], of_measures: ProblemList, problems: ProblemList
) -> list[RawRow]:
    """Join measures to their rows. A measure without a row, or of a point with several rows, is a problem.

    `of_measures` are the problems of the sheet of measures. They become problems of the measure's row, so that the row
    is not recorded without one of its measures.
    """
    numbers = _index_row_numbers(rows)
    meant = {measure.number: _find_row_number(measure, numbers, problems) for measure in measures}
    for problem in of_measures.list_all():
        problems.append(replace(problem, row=meant.get(problem.row) if problem.row else None))
    of_rows: dict[int | None, list[RawRow]] = {}
    for measure in measures:
        of_rows.setdefault(meant[measure.number], []).append(measure)
    return [_add_measures(row, of_rows[row.number]) if row.number in of_rows else row for row in rows]


def _add_measures(row: RawRow, measures: Sequence[RawRow]) -> RawRow:
    """Add the measures, with the number of their row: their problems are problems of that row."""
    numbered = (replace(each, number=row.number, values=_remove_point(each.values)) for each in measures)
    return replace(row, measures=tuple(numbered))


def _index_row_numbers(rows: Sequence[RawRow]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if point := row.values.get("point"):
            numbers.setdefault(point.casefold(), []).append(row.number)
    return numbers


def _find_row_number(measure: RawRow, numbers: Mapping[str, list[int]], problems: ProblemList) -> int | None:
    point = measure.values.get("point", "")
    found = numbers.get(point.casefold(), [])
    if len(found) == 1:
        return found[0]
    cell = measure.cells.get("point") or next(iter(measure.cells.values()), None)
    if not point:
        problems.add(Message("missing.point_of_measure"), column="point", cell=cell)
    elif not found:
        problems.add(Message("point_without_row", value=point), column="point", value=point, cell=cell)
    else:
        message = Message("ambiguous_point.of_measure", rows=[str(number) for number in found[:5]])
        problems.add(message, column="point", value=point, cell=cell)
    return None


def _remove_point(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != "point"}


def read_workbook_submission(body: bytes, limits: Limits) -> RawSubmission:
    """Read the rows of a workbook. Raises TooLarge."""
    problems = ProblemList()
    rows: list[RawRow] = []
    try:
        rows = _read_rows(open_workbook(body, _build_bounds(limits)), problems, limits)
    except UnreadableTable as fault:
        problems.add(fault.message)
    return RawSubmission(tuple(rows), problems.list_all())


def _read_rows(workbook: Workbook, problems: ProblemList, limits: Limits) -> list[RawRow]:
    measures = next((sheet for sheet in workbook.sheets if fold_text(sheet.name) == MEASURES), None)
    others = [CandidateSheet(sheet, workbook.read(sheet)) for sheet in workbook.sheets if can_hold_rows(sheet)]
    update = choose_sheet(others, problems)
    if update is None:
        return []
    rows = list(SheetTable(update.sheet.name, POINT_HEADERS, problems, limits).read_rows(update.cells))
    if measures is None:
        return rows
    of_measures = ProblemList()
    table = SheetTable(measures.name, MEASURE_HEADERS, of_measures, limits)
    listed = list(table.read_rows(workbook.read(measures), may_be_empty=True))
    return join_measures(rows, listed, of_measures, problems)


def _build_bounds(limits: Limits) -> Bounds:
    """Build the bounds of a workbook; the text of all cells may have the maximum size of an uncompressed file."""
    return Bounds(limits.max_unpacked_bytes, limits.max_values, limits.max_columns, limits.max_bytes)
