"""A row reader that checks values as it reads them; every bad value is recorded as an error, not only the first."""

import datetime as dt
from collections.abc import Collection

from api.imports.errors import RowError
from api.messages.message import MessageError
from api.parameters.country_hints import describe_unknown_country
from api.values.days import FIRST_YEAR, OUTSIDE_YEARS_TEXT, YearOutOfRange, parse_record_day
from api.values.numbers import parse_number
from api.values.opening_hours import parse_opening_hours
from models.codes import list_codes, suggest_codes


class RowReader:
    """A row of a file. For a bad value a reader adds an error and returns a placeholder, so the rest is checked too.

    A row with errors is not loaded, so placeholders never reach the database.
    """

    def __init__(self, number: int, values: dict[str, str]) -> None:
        self.number = number
        self.values = values
        self.row_errors: list[RowError] = []

    def add_error(self, column: str, reason: str) -> None:
        self.row_errors.append(RowError(self.number, column, self.values.get(column, ""), reason))

    def read_text(self, column: str) -> str | None:
        """Return the text, or None if it is empty."""
        return self.values.get(column) or None

    def read_required(self, column: str) -> str:
        value = self.values.get(column, "")
        if not value:
            self.add_error(column, "is missing")
        return value

    def read_number_between(self, column: str, lowest: float, highest: float) -> float:
        value = self.read_required(column)
        try:
            number = parse_number(value or "0")
        except ValueError:
            self.add_error(column, "is not a number")
            return lowest
        if not lowest <= number <= highest:
            self.add_error(column, f"lies outside {lowest:g} to {highest:g}")
        return number

    def read_code(self, column: str, code_list: str) -> str:
        value = self.read_required(column)
        if value:
            self._check_code(column, code_list, value)
        return value

    def read_codes(self, column: str, code_list: str) -> tuple[str, ...]:
        """Parse the codes of a list with semicolons."""
        values = self.read_list(column)
        for value in values:
            self._check_code(column, code_list, value)
        return values

    def _check_code(self, column: str, code_list: str, value: str) -> None:
        if value in list_codes(code_list):
            return
        near = suggest_codes(code_list, value)
        known = f"did you mean {' or '.join(near)}?" if near else f"expected one of {', '.join(list_codes(code_list))}"
        one = "" if value == self.values[column] else f"has {value!r}, which "
        self.add_error(column, f"{one}is not a code of {code_list}; {known}")

    def read_code_or_default(self, column: str, code_list: str, otherwise: str) -> str:
        """Return the code, or the default if the column is empty."""
        return self.read_code(column, code_list) if self.read_text(column) else otherwise

    def read_list(self, column: str) -> tuple[str, ...]:
        """Split a list with semicolons into unique values in alphabetical order."""
        values = (value.strip() for value in self.values.get(column, "").split(";"))
        return tuple(sorted({value for value in values if value}))

    def read_country(self, column: str, known: Collection[str]) -> str:
        value = self.read_required(column)
        if value and value not in known:
            self.add_error(column, describe_unknown_country(value))
        return value

    def read_opening_hours(self, column: str) -> str | None:
        """Parse opening hours in the syntax of OpenStreetMap; None if the column is empty."""
        value = self.read_text(column)
        try:
            return value and parse_opening_hours(value)
        except MessageError as fault:
            self.add_error(column, str(fault))
            return None

    def read_day(self, column: str) -> dt.date:
        value = self.read_required(column)
        try:
            return parse_record_day(value or "1970-01-01")
        except YearOutOfRange:
            self.add_error(column, OUTSIDE_YEARS_TEXT)
        except ValueError:
            self.add_error(column, "is not a day written as 2020-04-15")
        return dt.date(FIRST_YEAR, 1, 1)
