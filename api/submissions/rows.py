"""All rows of a submission, as read from a file and as validated, with their problems."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from api.messages.message import MessageError
from api.submissions.point_lookup import PointVersion
from api.submissions.problems import Problem
from api.submissions.raw_row import RawRow

Update = TypeVar("Update")


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """All rows of a file, and all problems of reading.

    A row with an error stays in `rows`, with the values that could be read. Reject such a row in any case, or a status
    that could not be read counts as an empty status. An error without a row is an error of the file: record no row of
    it, not even good rows.
    """

    rows: tuple[RawRow, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """Row with the updates that it records, one of each kind; a row with an error has none.

    A report with opening hours records two. `subject` identifies what the updates are about, so that rows about one
    subject are compared; `iso3` is the row's country, if it could be determined.
    """

    raw: RawRow
    point: PointVersion | None = None
    updates: tuple[object, ...] = ()
    subject: Hashable = None
    iso3: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def number(self) -> int:
        return self.raw.number

    @property
    def given(self) -> dict[str, Any]:
        """Texts of the row as they were sent, with those of its measures."""
        measures = [measure.values for measure in self.raw.measures]
        return {**self.raw.values, "measures": measures} if measures else self.raw.values

    @property
    def point_of_entry_id(self) -> int | None:
        return self.point.id if self.point else None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def get_update(self, kind: type[Update]) -> Update | None:
        """Return the row's update of this class."""
        return next((update for update in self.updates if isinstance(update, kind)), None)

    def add_problems(self, *problems: Problem) -> "ValidatedRow":
        """Return a copy with these problems; an error among them removes the updates."""
        noted = replace(self, problems=(*self.problems, *problems))
        return replace(noted, updates=()) if noted.errors else noted


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
    def is_empty(self) -> bool:
        """Whether no row records anything."""
        return not any(row.updates for row in self.rows)

    def list_updates(self, kind: type[Update]) -> list[Update]:
        """Return the updates of this class, in the order of their rows."""
        return [update for row in self.rows if (update := row.get_update(kind)) is not None]

    def is_refused(self, *, partial: bool) -> bool:
        """Return whether the submission is refused: any error refuses all rows, unless `partial` accepts the good rows.

        Even then it is refused without a good row, and for an error of the file, which may affect any row.
        """
        return self.is_empty or bool(self.file_errors) or (bool(self.errors) and not partial)


class UnsupportedForm(MessageError):
    """Error of an unsupported media type; the message names the supported ones."""
