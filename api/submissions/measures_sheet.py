"""The rows of the sheet of measures, joined to the rows of the points that they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow

MeasureValues = dict[str, str]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A row as it was read; `cell` names the cell of its point. With `is_whole` false, something could not be read."""

    values: MeasureValues
    cell: str
    is_whole: bool


def joined(rows: Sequence[RawRow], measures: Sequence[MeasureRow], problems: ProblemList) -> list[RawRow]:
    """The rows with their measures. A measure of no row, or of a point with several rows, is a problem."""
    numbers = _numbers_by_point(rows)
    of_rows: dict[int, list[MeasureValues]] = {}
    for measure in measures:
        number = _row_meant(measure, numbers, problems)
        if number is not None:
            of_rows.setdefault(number, []).append(_without_point(measure.values))
            _refuse_incomplete(measure, number, problems)
    return [replace(row, measures=tuple(of_rows.get(row.number, ()))) for row in rows]


def _numbers_by_point(rows: Sequence[RawRow]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if point := row.values.get("point"):
            numbers.setdefault(point.casefold(), []).append(row.number)
    return numbers


def _row_meant(measure: MeasureRow, numbers: Mapping[str, list[int]], problems: ProblemList) -> int | None:
    point = measure.values.get("point", "")
    found = numbers.get(point.casefold(), [])
    if len(found) == 1:
        return found[0]
    if not point:
        problems.add("missing", "the measure does not say of which point it is", column="point", cell=measure.cell)
    elif not found:
        message = f"the measure is of {point!r}, which has no row in the sheet of points"
        problems.add("point_without_row", message, column="point", value=point, cell=measure.cell)
    else:
        rows = " and ".join(map(str, found[:5]))
        message = f"the measure could be of rows {rows}, which are of the same point: put it in the row itself"
        problems.add("ambiguous_point", message, column="point", value=point, cell=measure.cell)
    return None


def _refuse_incomplete(measure: MeasureRow, number: int, problems: ProblemList) -> None:
    """So that the row of the point is not taken without all of its measure."""
    if not measure.is_whole:
        problems.add(
            "incomplete_measure", "a measure of this point could not be read", row=number, cell=measure.cell
        )


def _without_point(values: MeasureValues) -> MeasureValues:
    return {name: value for name, value in values.items() if name != "point"}
