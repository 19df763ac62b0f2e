"""Reader of a weekly update in a workbook: the sheet `Update`, or the only sheet with rows, and perhaps `Measures`."""

from api.spreadsheets.faults import UnreadableTable
from api.spreadsheets.sheet_cells import Bounds, Workbook
from api.spreadsheets.workbook import open_workbook
from api.submissions.chosen_sheet import MEASURES, CandidateSheet, can_hold_rows, choose_sheet
from api.submissions.columns import MEASURE_HEADERS, POINT_HEADERS
from api.submissions.limits import Limits
from api.submissions.measures_sheet import join_measures
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow, RawSubmission
from api.submissions.sheet_rows import SheetTable
from models.codes import fold_text


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
