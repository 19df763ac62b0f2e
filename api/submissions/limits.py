"""Size limits of a submission."""

from dataclasses import dataclass

from api.settings import get_settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Size limits: `max_unpacked_bytes` is of a spreadsheet's parts together, `max_value_characters` in characters."""

    max_bytes: int
    max_unpacked_bytes: int
    max_rows: int
    max_columns: int
    max_value_characters: int

    @property
    def max_values(self) -> int:
        return self.max_rows * self.max_columns


def get_limits() -> Limits:
    """Return the limits from the settings."""
    found = get_settings()
    return Limits(
        max_bytes=found.crossings_submission_largest_bytes,
        max_unpacked_bytes=found.crossings_submission_largest_unpacked_bytes,
        max_rows=found.crossings_submission_most_rows,
        max_columns=found.crossings_submission_most_columns,
        max_value_characters=found.crossings_submission_longest_value,
    )
