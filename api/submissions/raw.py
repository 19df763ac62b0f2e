"""A submission as it was read, before anything is known of its meaning."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from api.messages.message import Message, MessageError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or worth a second look, at one place of a submission.

    `row` is the number that a spreadsheet shows (the header is 1) or that the sender gave; None where the file as a
    whole is meant. `cell` names the cell of a spreadsheet ("Update!D7").
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
        """What programs know the problem by."""
        return self.message.code


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: `values` by the names of columns.toml, as text (empty ones left out); a JSON sender's lists are joined
    by commas, true and false are "true" and "false".

    `measures` are rows of the sheet or list of measures for the same point, by the names of the table
    restriction_measure. `cells` names the cell of each value, where there are cells; `measure_cells` those of each of
    the `measures`, which stand in another sheet.
    """

    number: int
    values: dict[str, str]
    measures: tuple[dict[str, str], ...] = ()
    cells: dict[str, str] = field(default_factory=dict)
    measure_cells: tuple[dict[str, str], ...] = ()

    def problem(
        self, column: str, message: Message, *, candidates: Sequence[str] = (), severity: Severity = "error"
    ) -> Problem:
        """The problem with what the row has in the column."""
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
    """All rows, and all problems met on the way.

    A row of which a problem is an error is among the rows, with what of it could be read: it is to be rejected whatever
    else is found, or a status that could not be read would count as one left empty. An error without a row is the
    file's: no row of it is to be taken, not even the good ones.
    """

    rows: tuple[RawRow, ...]
    problems: tuple[Problem, ...] = ()


class UnsupportedForm(MessageError):
    """The media type is none that can be read; the message names those that can."""


Json = dict[str, Any]
