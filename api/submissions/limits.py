"""Size limits of a submission."""

from dataclasses import dataclass

from api.settings import get_settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Size limits: `largest_unpacked_bytes` is of a spreadsheet's parts together, `longest_value` in characters."""

    largest_bytes: int
    largest_unpacked_bytes: int
    most_rows: int
    most_columns: int
    longest_value: int

    @property
    def most_values(self) -> int:
        return self.most_rows * self.most_columns


def get_limits() -> Limits:
    """Return the limits from the settings."""
    found = get_settings()
    return Limits(
        largest_bytes=found.crossings_submission_largest_bytes,
        largest_unpacked_bytes=found.crossings_submission_largest_unpacked_bytes,
        most_rows=found.crossings_submission_most_rows,
        most_columns=found.crossings_submission_most_columns,
        longest_value=found.crossings_submission_longest_value,
    )
