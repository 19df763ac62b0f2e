"""Join of the rows in the sheet of measures to the rows of their points."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.messages.message import Message
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow


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
    values = tuple(_remove_point(measure.values) for measure in measures)
    return replace(row, measures=values, measure_cells=tuple(measure.cells for measure in measures))


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
