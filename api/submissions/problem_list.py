"""The problems of one file, gathered while it is read."""

import re
from collections.abc import Callable

from api.submissions.raw import Problem, Severity

MOST_PROBLEMS = 1_000
LONGEST_SHOWN = 200
NEITHER_STORED_NOR_SENT = re.compile("[\0\ud800-\udfff]")


class ProblemList:
    """Keeps the first thousand errors and the first thousand warnings, and counts the others."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._kept_count: dict[Severity, int] = {"error": 0, "warning": 0}
        self._left_out: dict[Severity, int] = {"error": 0, "warning": 0}

    def add(
        self,
        code: str,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        cell: str | None = None,
        candidates: Callable[[], tuple[str, ...]] = tuple,
        severity: Severity = "error",
    ) -> None:
        """`candidates` are looked for only if the problem is kept: to find them takes long."""
        if self._kept_count[severity] >= MOST_PROBLEMS:
            self._left_out[severity] += 1
            return
        near = candidates()
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        self.keep(
            Problem(
                code=code,
                message=f"{shown(message, 2 * LONGEST_SHOWN)}{hint}",
                row=row,
                column=None if column is None else shown(column),
                value=None if value is None else shown(value),
                cell=None if cell is None else shown(cell),
                candidates=near,
                severity=severity,
            )
        )

    def keep(self, problem: Problem) -> None:
        """Keep one that is made already."""
        if self._kept_count[problem.severity] < MOST_PROBLEMS:
            self._kept.append(problem)
            self._kept_count[problem.severity] += 1
        else:
            self._left_out[problem.severity] += 1

    def all(self) -> tuple[Problem, ...]:
        """All that were kept, and a last one that says how many more there were."""
        left_out = sum(self._left_out.values())
        if not left_out:
            return tuple(self._kept)
        severity: Severity = "error" if self._left_out["error"] else "warning"
        more = Problem("more_problems", f"there are {left_out:,} more problems than are listed here", severity=severity)
        return (*self._kept, more)


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The text as it can be shown to anybody: not too long, and of characters that can be stored and sent."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return NEITHER_STORED_NOR_SENT.sub("\N{REPLACEMENT CHARACTER}", cut)
