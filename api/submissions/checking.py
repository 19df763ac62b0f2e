"""From rows as they were read to reports that can be recorded, with everything that is wrong with them."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from api.submissions.consistency import check_consistency
from api.submissions.measure_rows import measures_of
from api.submissions.named_points import NamedPoint, NamedPoints
from api.submissions.raw import Problem, RawRow, RawSubmission
from api.submissions.row_values import RowValues, given
from models.codes import codes
from models.record_restrictions import RestrictionNews
from models.update import Report

RESTRICTION_COLUMNS = ("operational_status", "measures", "affected_populations", "excepted_populations")
# What a spreadsheet says of a point for whoever reads it.
FOR_THE_READER = {"name", "country"}
TO_BE_FILLED_IN = 0


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with the report it makes, None if something is wrong with it, and its problems and warnings."""

    raw: RawRow
    point: NamedPoint | None
    report: Report | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def refused(self, problem: Problem) -> "CheckedRow":
        return replace(self, report=None, problems=(*self.problems, problem))


@dataclass(frozen=True, slots=True)
class Checked:
    """A submission whose rows were checked, with the problems of the file as a whole."""

    rows: list[CheckedRow]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        of_the_file = [problem for problem in self.problems if problem.severity == "error"]
        return of_the_file + [problem for row in self.rows for problem in row.errors]

    @property
    def reports(self) -> list[Report]:
        return [row.report for row in self.rows if row.report is not None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are checked against. `days_known` are the days, by point, about which something is believed."""

    points: NamedPoints
    countries: frozenset[str]
    writable: Collection[str]
    today: dt.date
    days_known: dict[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)

    def later_news(self, point: int, day: dt.date) -> dt.date | None:
        """The first day after this one on which something else begins to be believed of the point."""
        return min((first for first, _ in self.days_known.get(point, []) if first > day), default=None)

    def knows(self, point: int, day: dt.date) -> bool:
        return any(first <= day and (end is None or day < end) for first, end in self.days_known.get(point, []))


def check(submission: RawSubmission, ground: Ground) -> Checked:
    """Every row checked by itself, then against the others."""
    rows = _refuse_contradictions([check_row(row, ground) for row in submission.rows])
    checked = Checked(rows, submission.problems)
    if rows and not checked.reports and not checked.errors:
        nothing = Problem("nothing_said", "nobody filled in a row of it, and nothing is known that it could confirm")
        return replace(checked, problems=(*checked.problems, nothing))
    return checked


def check_row(row: RawRow, ground: Ground) -> CheckedRow:
    values = RowValues(row, ground.countries)
    assessed_on = _assessed_on(values, ground.today)
    point = _point(values, assessed_on or ground.today, ground)
    restriction, withdrawn = _restriction(values, point, assessed_on or ground.today, ground)
    report = Report(
        row=row.number,
        point_of_entry_id=point.id if point else 0,
        assessed_on=assessed_on or ground.today,
        restriction=restriction,
        withdrawn=withdrawn,
        health=_health(values),
        estimated_daily_inflow=values.count("estimated_daily_inflow"),
        estimated_daily_outflow=values.count("estimated_daily_outflow"),
        comment=values.text("comment"),
    )
    says_something = values.is_good and not _is_left_alone(values, point, report.assessed_on, ground)
    return CheckedRow(row, point, report if says_something else None, tuple(values.problems))


def _assessed_on(values: RowValues, today: dt.date) -> dt.date | None:
    """The day somebody looked. An office east of us may already have tomorrow."""
    day = values.day("assessed_on")
    if day is None and not values.text("assessed_on"):
        return values.day("valid_from") if values.text("valid_from") else today
    if day is not None and day > today + dt.timedelta(days=1):
        values.complain("assessed_on", "in_the_future", f"{day} is still to come: nobody has looked on that day")
    return day


def _point(values: RowValues, day: dt.date, ground: Ground) -> NamedPoint | None:
    name = values.text("point")
    if name is None:
        values.complain("point", "missing", "the point has to be named by its code")
        return None
    found = ground.points.found(name, day)
    if not found:
        near = ground.points.nearest(name)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        values.complain(
            "point", "unknown_point", f"{name!r} is no code of a point in the register{hint}", candidates=near
        )
        return None
    if len(found) > 1:
        several = [point.code for point in found]
        values.complain("point", "ambiguous_point", f"{name!r} could be {' or '.join(several)}", candidates=several)
        return None
    if found[0].iso3 not in ground.writable:
        values.complain("point", "foreign_country", f"{name} lies in {found[0].iso3}, for which this key may not write")
        return None
    return found[0]


def _restriction(
    values: RowValues, point: NamedPoint | None, day: dt.date, ground: Ground
) -> tuple[RestrictionNews | None, bool]:
    """The restriction that the row speaks of, None if it confirms what is known, and whether it takes that back."""
    action = values.code("action", "submission_action") or "report"
    status = values.code("operational_status", "operational_status", on=day)
    if action == "retract":
        return _news(values, point, day, "unknown"), True
    if values.text("operational_status") is None:
        _check_confirmation(values, point, day, ground)
        return None, False
    news = _until_later_news(values, _news(values, point, day, status or "unknown"), day, ground)
    check_consistency(values, news, ground.today)
    return news, False


def _until_later_news(values: RowValues, news: RestrictionNews, day: dt.date, ground: Ground) -> RestrictionNews:
    """Open-ended news, ended where news begins that somebody had of a day after this assessment.

    A week that is posted late speaks of its own time. Without an end of its own it took back all weeks after it.
    """
    later = ground.later_news(news.point_of_entry_id, max(day, news.valid_from))
    if news.valid_to is not None or later is None:
        return news
    values.warn(
        "valid_until", "until_later_news", f"holds until {later}, where later news begins; give its end to say more"
    )
    return replace(news, valid_to=later)


def _check_confirmation(values: RowValues, point: NamedPoint | None, day: dt.date, ground: Ground) -> None:
    if given(values.row.values, *RESTRICTION_COLUMNS[1:]) or values.row.measures:
        values.complain("operational_status", "missing", "measures and populations are given without a status")
    elif point is not None and not ground.knows(point.id, day) and not _is_left_alone(values, point, day, ground):
        values.complain("operational_status", "nothing_to_confirm", f"no status is known of {point.code} on {day}")


def _is_left_alone(values: RowValues, point: NamedPoint | None, day: dt.date, ground: Ground) -> bool:
    """Whether the row came with a spreadsheet, of a point that was never assessed, and nobody filled it in."""
    besides = values.row.values.keys() - {"point"}
    came_filled_in = bool(besides) and besides <= FOR_THE_READER and not values.row.measures
    return point is not None and came_filled_in and not ground.knows(point.id, day)


def _news(values: RowValues, point: NamedPoint | None, day: dt.date, status: str) -> RestrictionNews:
    until = values.day("valid_until")
    return RestrictionNews(
        point_of_entry_id=point.id if point else 0,
        valid_from=values.day("valid_from") or day,
        valid_to=until + dt.timedelta(days=1) if until else None,
        operational_status=status,
        source_id=TO_BE_FILLED_IN,
        measures=measures_of(values),
        affected_populations=values.codes("affected_populations", "affected_population"),
        expected_duration=values.code("expected_duration", "expected_duration"),
        announced_end=values.day("announced_end"),
        source_type=values.code("source_type", "source_type"),
        source_url=values.url("source_url"),
        confidence=values.code("confidence", "confidence") or "reported",
        source_note=values.text("source"),
        comment=values.text("comment"),
    )


def _health(values: RowValues) -> dict[str, str]:
    found = {
        indicator: values.code(indicator, "screening_value" if indicator == "screening" else "health_value")
        for indicator in codes("health_indicator")
    }
    return {indicator: value for indicator, value in found.items() if value is not None}


def _refuse_contradictions(rows: list[CheckedRow]) -> list[CheckedRow]:
    """Refuse a row that says something of days of which an earlier row of the same point says something."""
    earlier: dict[int, list[CheckedRow]] = {}
    checked = []
    for row in rows:
        other = next((o for o in earlier.get(row.point.id, []) if _contradict(o, row)), None) if row.point else None
        kept = row.refused(_contradiction(other, row)) if other and row.report else row
        if kept.report and kept.point:
            earlier.setdefault(kept.point.id, []).append(kept)
        checked.append(kept)
    return checked


def _contradict(one: CheckedRow, other: CheckedRow) -> bool:
    """Whether both speak of a common day. An open end reaches only to where the next row begins, so it is no clash."""
    if one.report is None or other.report is None:
        return False
    first, second = one.report.restriction, other.report.restriction
    if first is None or second is None:
        return one.report.assessed_on == other.report.assessed_on and first is second
    if first.valid_from == second.valid_from:
        return True
    before, after = sorted((first, second), key=lambda news: news.valid_from)
    return before.valid_to is not None and after.valid_from < before.valid_to


def _contradiction(other: CheckedRow, row: CheckedRow) -> Problem:
    same = other.raw.values == row.raw.values and other.raw.measures == row.raw.measures
    message = f"is the same as row {other.raw.number}" if same else f"row {other.raw.number} speaks of the same days"
    return Problem(
        code="duplicate_row" if same else "contradicts_row",
        message=message,
        row=row.raw.number,
        column="point",
        value=row.raw.values.get("point"),
        cell=row.raw.cells.get("point"),
    )


def points_mentioned(rows: Iterable[RawRow]) -> set[str]:
    """The names by which the rows call their points."""
    return {name for row in rows for column in ("point", "successor") if (name := row.values.get(column))}
