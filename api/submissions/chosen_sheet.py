"""Choice of the workbook's sheet to read; a warning names each other sheet that may have rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from api.messages.message import Message
from api.spreadsheets.sheet_cells import Sheet, SheetCells
from api.submissions.columns import POINT_HEADERS
from api.submissions.merged_rows import remove_titles
from api.submissions.problem_list import ProblemList
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
        """Columns that the first row names; empty without a column `point` or `action`."""
        first = next(iter(remove_titles(self.cells.rows, self.cells.merged)), None)
        found = (
            {column.name for text in first.values.values() if (column := POINT_HEADERS.find_column(text))}
            if first
            else set()
        )
        return frozenset(found) if found & {"point", "action"} else frozenset()

    @property
    def reports(self) -> bool:
        """Whether the sheet has columns of an update and a row under them."""
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
