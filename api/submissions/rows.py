"""Submission as read from a file, before validation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from api.messages.message import Message, MessageError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Error or warning at one place of a submission.

    `row` is the number that a spreadsheet shows (the header is 1) or that the sender set; None for the file as a whole.
    `cell` names the cell of a spreadsheet ("Update!D7").
    """

    message: Message
    row: int | None = None
    column: str | None = None
    value: str | None = None
    cell: str | None = None
    candidates: tuple[str, ...] = ()
    severity: Severity = "error"

    @property
    def code(self) -> str:
        """Code by which programs identify the problem."""
        return self.message.code


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: `values` as text, by the names of columns.toml, without empty values; JSON lists are joined by commas,
    true and false are "true" and "false".

    `measures` are the row's rows in the sheet or list of measures, by the names of the table restriction_measure.
    `cells` names the cell of each value in a spreadsheet; `measure_cells` the cells of each of the `measures`, which
    are in another sheet.
    """

    number: int
    values: dict[str, str]
    measures: tuple[dict[str, str], ...] = ()
    cells: dict[str, str] = field(default_factory=dict)
    measure_cells: tuple[dict[str, str], ...] = ()

    def build_problem(
        self, column: str, message: Message, *, candidates: Sequence[str] = (), severity: Severity = "error"
    ) -> Problem:
        """Build a problem of the row's value in the column."""
        return Problem(
            message=message,
            row=self.number,
            column=column,
            value=self.values.get(column),
            cell=self.cells.get(column),
            candidates=tuple(candidates),
            severity=severity,
        )


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """All rows of a file, and all problems of reading.

    A row with an error stays in `rows`, with the values that could be read. Reject such a row in any case, or a status
    that could not be read counts as an empty status. An error without a row is an error of the file: record no row of
    it, not even good rows.
    """

    rows: tuple[RawRow, ...]
    problems: tuple[Problem, ...] = ()


class UnsupportedForm(MessageError):
    """Error of an unsupported media type; the message names the supported ones."""


Json = dict[str, Any]
