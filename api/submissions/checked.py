"""Rows that were checked, and what they were checked against."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from api.submissions.named_points import NamedPoint, NamedPoints
from api.submissions.raw import Problem, RawRow
from models.register_change import RegisterChange
from models.update import Report


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with the report or the change of the register that it makes; neither if something is wrong with it.

    A report that says opening hours makes both.

    `iso3` is the country that it is about, where that could be told.
    """

    raw: RawRow
    point: NamedPoint | None = None
    report: Report | None = None
    change: RegisterChange | None = None
    iso3: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def noting(self, *problems: Problem) -> "CheckedRow":
        """With these problems too, and good for nothing if one of them is an error."""
        noted = replace(self, problems=(*self.problems, *problems))
        return replace(noted, report=None, change=None) if noted.errors else noted


@dataclass(frozen=True, slots=True)
class Checked:
    """A submission whose rows were checked, with the problems of the file as a whole."""

    rows: list[CheckedRow]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        return self.errors_of_the_file + [problem for row in self.rows for problem in row.errors]

    @property
    def errors_of_the_file(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def reports(self) -> list[Report]:
        return [row.report for row in self.rows if row.report is not None]

    @property
    def changes(self) -> list[RegisterChange]:
        return [row.change for row in self.rows if row.change is not None]

    def is_refused(self, *, partial: bool) -> bool:
        """Whether nothing of it is taken: all rows or none, unless the good ones are asked for.

        An error of the file refuses it all the same: what is wrong with which rows is not known.
        """
        is_empty = not self.reports and not self.changes
        return is_empty or bool(self.errors_of_the_file) or (bool(self.errors) and not partial)


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are checked against.

    `writable` are the countries that the sender may write for, `accepting` those whose new points need nobody else's
    acceptance. `days_known` are the days, by point, about which something is believed, from the first day that a row
    speaks of; `codes_taken` the codes, of those that new points are to have, that are some point's or were.
    """

    points: NamedPoints
    countries: frozenset[str]
    writable: Collection[str]
    today: dt.date
    days_known: Mapping[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)
    accepting: Collection[str] = ()
    codes_taken: Collection[str] = ()

    def later_news(self, point: int, day: dt.date) -> dt.date | None:
        """The first day after this one on which something else begins to be believed of the point."""
        return min((first for first, _ in self.days_known.get(point, []) if first > day), default=None)

    def knows(self, point: int, day: dt.date) -> bool:
        return any(first <= day and (end is None or day < end) for first, end in self.days_known.get(point, []))
