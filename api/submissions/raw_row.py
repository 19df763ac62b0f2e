"""Row of a submission as it was sent, and the parsing of its texts: days, counts and codes, or problems."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from api.messages.message import Message, MessageError
from api.parameters.country_hints import suggest_country
from api.submissions.problems import Problem, Severity
from api.values.numbers import parse_count, parse_number
from api.values.opening_hours import parse_opening_hours
from api.values.texts import clean_text
from api.values.written_days import AmbiguousDay, parse_written_day
from models.codes import find_code, get_code_list, list_codes, suggest_codes

# Including the Arabic separators.
LIST_SEPARATORS = (";", "\u061b", ",", "\u060c", "\n")
# Text that removes a value.
CLEAR_MARK = "-"
T = TypeVar("T")


@dataclass(slots=True)
class RawRow:
    """One row: `values` as text, by the names of columns.toml, without empty values; JSON lists are joined by commas,
    true and false are "true" and "false".

    `measures` are the row's rows in the sheet or list of measures, by the names of the table restriction_measure.
    `cells` names the cell of each value in a spreadsheet. `problems` are those of parsing the values; an invalid value
    is parsed as an empty value.
    """

    number: int
    values: dict[str, str]
    measures: tuple["RawRow", ...] = ()
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)

    def add_error(self, column: str, message: Message, *, candidates: Collection[str] = ()) -> None:
        self._note(column, message, tuple(candidates), "error")

    def warn(self, column: str, message: Message) -> None:
        self._note(column, message, (), "warning")

    def _note(self, column: str, message: Message, candidates: tuple[str, ...], severity: Severity) -> None:
        problem = self.build_problem(column, message, candidates=candidates, severity=severity)
        # A column that several measures share is read for each of them.
        if problem not in self.problems:
            self.problems.append(problem)

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

    def has_value(self, *columns: str) -> bool:
        """Return whether the row has a value in any of the columns."""
        return any(self.values.get(column) for column in columns)

    def read_text(self, column: str) -> str | None:
        return self.values.get(column) or None

    def read_day(self, column: str) -> dt.date | None:
        """Parse an unambiguous calendar day; a warning shows the result unless it was written as 2020-04-15."""
        value = self.read_text(column)
        if value is None:
            return None
        try:
            read = parse_written_day(value)
            return self._note_reading(column, value, read.day, is_plain=read.is_plain and value.isascii())
        except AmbiguousDay as fault:
            self.add_error(column, fault.message, candidates=[day.isoformat() for day in fault.readings])
        except MessageError as fault:
            self.add_error(column, fault.message)
        return None

    def read_count(self, column: str) -> int | None:
        value = self.read_text(column)
        if value is None:
            return None
        try:
            return self._note_reading(column, value, parse_count(value), is_plain=value.isascii())
        except ValueError:
            self.add_error(column, Message("not_a_count", value=value))
            return None

    def read_number(self, column: str, lowest: float, highest: float) -> float | None:
        value = self.read_text(column)
        if value is None:
            return None
        try:
            number = parse_number(value)
        except ValueError:
            self.add_error(column, Message("not_a_number", value=value))
            return None
        if not lowest <= number <= highest:
            self.add_error(column, Message("out_of_range.number", value=value, lowest=lowest, highest=highest))
            return None
        return self._note_reading(column, value, number, is_plain=value.isascii())

    def _note_reading(self, column: str, value: str, read: T, *, is_plain: bool) -> T:
        """Add a warning with the parsed value unless it is plain: a reader of the answer may not read Arabic digits."""
        if not is_plain:
            self.warn(column, Message("read_as", value=value, read=str(read)))
        return read

    def read_code(self, column: str, list_name: str, on: dt.date | None = None) -> str | None:
        """Parse a code or its label in any language; with `on`, refuse a code that was out of use on that day."""
        value = self.read_text(column)
        return None if value is None else self._parse_code(column, list_name, value, on)

    def read_codes(self, column: str, list_name: str) -> tuple[str, ...]:
        value = self.read_text(column)
        if value is None:
            return ()
        whole = find_code(list_name, value)
        found = [whole] if whole else [self._parse_code(column, list_name, part, None) for part in split_list(value)]
        return tuple(sorted({code for code in found if code}))

    def _parse_code(self, column: str, list_name: str, value: str, on: dt.date | None) -> str | None:
        code = find_code(list_name, value)
        if code is None:
            self._add_unknown_code(column, list_name, value)
        elif on is not None and not get_code_list(list_name).item(code).is_active(on):
            self.add_error(column, Message("retired_code", code=code, day=on))
        return code

    def _add_unknown_code(self, column: str, list_name: str, value: str) -> None:
        near = suggest_codes(list_name, value)
        if near:
            message = Message("unknown_code", value=value, list_name=list_name, near=near)
        else:
            message = Message("unknown_code.list", value=value, list_name=list_name, codes=list_codes(list_name))
        self.add_error(column, message, candidates=near)

    def read_country(self, column: str, countries: Collection[str]) -> str | None:
        value = self.read_text(column)
        return None if value is None else self._parse_country(column, value, countries)

    def read_countries(self, column: str, countries: Collection[str]) -> tuple[str, ...]:
        found = [self._parse_country(column, part, countries) for part in split_list(self.read_text(column) or "")]
        return tuple(sorted({iso3 for iso3 in found if iso3}))

    def _parse_country(self, column: str, value: str, countries: Collection[str]) -> str | None:
        if value.upper() not in countries:
            self.add_error(column, Message("unknown_country", value=value, near=suggest_country(value)))
            return None
        return value.upper()

    def read_opening_hours(self, column: str) -> str | None:
        value = self.read_text(column)
        if value is None:
            return None
        try:
            return parse_opening_hours(value)
        except MessageError as fault:
            self.add_error(column, fault.message)
            return None

    def read_url(self, column: str) -> str | None:
        value = self.read_text(column)
        if value is not None and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
            self.add_error(column, Message("not_an_address", value=value))
            return None
        return value


def split_list(value: str) -> list[str]:
    """Split a list with semicolons, commas or line breaks between the values."""
    separator = next((mark for mark in LIST_SEPARATORS if mark in value), ",")
    return [part for each in value.split(separator) if (part := clean_text(each))]
