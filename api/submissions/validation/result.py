"""Results of validation, and the context that rows are validated against."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from api.submissions.rows import Problem, RawRow
from api.submissions.validation.point_lookup import PointIndex, PointVersion
from models.recording.register_changes import RegisterChange
from models.recording.weekly_update import PointReport


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """Row with its report or its change of the register; a row with an error has neither.

    A report with opening hours has both. `iso3` is the row's country, if it could be determined.
    """

    raw: RawRow
    point: PointVersion | None = None
    report: PointReport | None = None
    change: RegisterChange | None = None
    iso3: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def add_problems(self, *problems: Problem) -> "ValidatedRow":
        """Return a copy with these problems; an error among them removes the report and the change."""
        noted = replace(self, problems=(*self.problems, *problems))
        return replace(noted, report=None, change=None) if noted.errors else noted


@dataclass(frozen=True, slots=True)
class ValidatedSubmission:
    """Validated rows of a submission, and the problems of the file as a whole."""

    rows: list[ValidatedRow]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        return self.file_errors + [problem for row in self.rows for problem in row.errors]

    @property
    def file_errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def reports(self) -> list[PointReport]:
        return [row.report for row in self.rows if row.report is not None]

    @property
    def changes(self) -> list[RegisterChange]:
        return [row.change for row in self.rows if row.change is not None]

    def is_refused(self, *, partial: bool) -> bool:
        """Return whether the submission is refused: any error refuses all rows, unless `partial` accepts the good rows.

        Even then it is refused without a good row, and for an error of the file, which may affect any row.
        """
        is_empty = not self.reports and not self.changes
        return is_empty or bool(self.file_errors) or (bool(self.errors) and not partial)


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """Context that rows are validated against.

    `writable` are the countries that the sender may write for; new points of the countries `accepting` need no
    acceptance by a reviewer. `days_known` are the days with current records, by point, from the first day in the rows
    on. `codes_taken` are the requested codes of new points that another point has or had.
    """

    points: PointIndex
    countries: frozenset[str]
    writable: Collection[str]
    today: dt.date
    known_periods: Mapping[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)
    accepting: Collection[str] = ()
    taken_codes: Collection[str] = ()

    def find_next_change(self, point: int, day: dt.date) -> dt.date | None:
        """Return the first day after `day` on which another record of the point begins."""
        return min((first for first, _ in self.known_periods.get(point, []) if first > day), default=None)

    def covers_day(self, point: int, day: dt.date) -> bool:
        return any(first <= day and (end is None or day < end) for first, end in self.known_periods.get(point, []))
