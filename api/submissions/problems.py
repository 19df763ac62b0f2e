"""Problems of a submission, and the list that is filled while a file is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from api.messages.message import Message
from api.messages.shown_text import sanitize_text

MAX_PROBLEMS = 1_000
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


class ProblemList:
    """List of the first thousand errors and the first thousand warnings; further problems are counted only."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._kept_count: dict[Severity, int] = {"error": 0, "warning": 0}
        self._left_out: dict[Severity, int] = {"error": 0, "warning": 0}

    def add(
        self,
        message: Message,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        cell: str | None = None,
        candidates: Sequence[str] = (),
        severity: Severity = "error",
    ) -> None:
        """Build a problem with sanitized texts, and add it."""
        self.append(
            Problem(
                message=message,
                row=row,
                column=None if column is None else sanitize_text(column),
                value=None if value is None else sanitize_text(value),
                cell=None if cell is None else sanitize_text(cell),
                candidates=tuple(candidates),
                severity=severity,
            )
        )

    def append(self, problem: Problem) -> None:
        """Add a problem, or count it if the list is full."""
        if self._kept_count[problem.severity] < MAX_PROBLEMS:
            self._kept.append(problem)
            self._kept_count[problem.severity] += 1
        else:
            self._left_out[problem.severity] += 1

    def list_all(self) -> tuple[Problem, ...]:
        """Return all problems in the list, and a last problem with the number of problems left out."""
        left_out = sum(self._left_out.values())
        if not left_out:
            return tuple(self._kept)
        severity: Severity = "error" if self._left_out["error"] else "warning"
        more = Problem(Message("more_problems", count=left_out), severity=severity)
        return (*self._kept, more)
