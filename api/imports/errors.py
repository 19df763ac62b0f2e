"""Errors in a file, row by row, and the result of loading it."""

from dataclasses import dataclass, field

from api.exceptions import UserError


class UnreadableFile(UserError):
    """A file that cannot be read as a whole; the message has its name and the reason."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One value that cannot be used. `row` is the row's number as a spreadsheet shows it."""

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column} = {self.value!r}: {self.reason}"


class RefusedFile(UserError):
    """A file that was not loaded because some of its values cannot be used."""

    def __init__(self, name: str, complaints: list[RowError]) -> None:
        self.name = name
        self.row_errors = complaints
        super().__init__(f"{name}: nothing was loaded, {len(complaints)} values cannot be used")


@dataclass(slots=True)
class LoadResult:
    """Result of loading a file: rows by outcome, errors of skipped rows, and warnings about loaded rows.

    `known_since` is set if an identical file was loaded before; then nothing is done.
    """

    name: str
    row_count: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    row_errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    previously_loaded_at: str | None = None

    def count(self, outcome: str, number: int = 1) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + number

    def format_summary(self) -> str:
        if self.previously_loaded_at:
            return f"{self.name}: already loaded on {self.previously_loaded_at}; nothing changed"
        counts = (
            ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(self.counts.items())) or "nothing to do"
        )
        left_out = f", {len({complaint.row for complaint in self.row_errors}):,} left out" if self.row_errors else ""
        return f"{self.name}: {self.row_count:,} rows; {counts}{left_out}"
