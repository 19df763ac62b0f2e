"""A weekly update as an XLSX workbook: a sheet `Update`, and with it perhaps a sheet `Measures`."""

from api.spreadsheets.faults import UnreadableTable
from api.spreadsheets.xlsx_package import Bounds
from api.spreadsheets.xlsx_workbook import Sheet, Workbook
from api.submissions.columns import OF_MEASURES, OF_POINTS
from api.submissions.limits import Limits
from api.submissions.measures_sheet import joined
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow, RawSubmission
from api.submissions.sheet_rows import SheetTable
from models.codes import folded

UPDATE, MEASURES = "update", "measures"


def read_xlsx(body: bytes, limits: Limits) -> RawSubmission:
    """Raises TooLarge and TableTooLarge."""
    problems = ProblemList()
    rows: list[RawRow] = []
    try:
        rows = _rows(Workbook(body, _bounds(limits)), problems, limits)
    except UnreadableTable as fault:
        problems.add(fault.code, str(fault))
    return RawSubmission(tuple(rows), problems.all())


def _rows(workbook: Workbook, problems: ProblemList, limits: Limits) -> list[RawRow]:
    update, measures = _update_sheet(workbook), _sheet_named(workbook, MEASURES)
    if update is None:
        problems.add("no_sheet", "the workbook has no sheet with rows")
        return []
    rows = list(SheetTable(update.name, OF_POINTS, problems, limits).rows(workbook.cells(update)))
    if measures is None:
        return rows
    of_measures = ProblemList()
    table = SheetTable(measures.name, OF_MEASURES, of_measures, limits)
    listed = list(table.rows(workbook.cells(measures), may_be_empty=True))
    return joined(rows, listed, of_measures, problems)


def _update_sheet(workbook: Workbook) -> Sheet | None:
    """The sheet `Update`, or else the first that can be seen."""
    others = (sheet for sheet in workbook.sheets if not sheet.is_hidden and folded(sheet.name) != MEASURES)
    return _sheet_named(workbook, UPDATE) or next(others, None)


def _sheet_named(workbook: Workbook, name: str) -> Sheet | None:
    return next((sheet for sheet in workbook.sheets if folded(sheet.name) == name), None)


def _bounds(limits: Limits) -> Bounds:
    """The text of all cells may be as large as a file without any packing could be."""
    return Bounds(limits.largest_unpacked_bytes, limits.most_values, limits.most_columns, limits.largest_bytes)
