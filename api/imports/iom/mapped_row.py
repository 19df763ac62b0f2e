"""A row of another organisation's file, read through a column map; every value without a meaning is an error."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from api.imports.errors import RowError
from api.imports.iom.column_map import ColumnMap
from api.imports.row_reader import RowReader
from api.messages.suggestions import format_suggestions
from api.values.days import OUTSIDE_YEARS_TEXT, YearOutOfRange, check_years, parse_day_as
from api.values.numbers import parse_count, parse_number
from models.codes import fold_text, suggest_codes


@dataclass(frozen=True, slots=True)
class MappedColumns:
    """Columns of a file, by their use in the column map."""

    column_by_field: Mapping[str, str]
    measure_by_column: Mapping[str, str]
    population_by_column: Mapping[str, str]
    unread_columns: tuple[str, ...]

    @classmethod
    def match_header(cls, header: Collection[str], column_map: ColumnMap) -> "MappedColumns":
        """Map the columns. If several serve one field, take the heading that the map lists first."""
        there = {fold_text(name): name for name in reversed(list(header))}
        fields = {
            field: there[known[0]]
            for field, headings in column_map.columns.items()
            if (known := [fold_text(heading) for heading in headings if fold_text(heading) in there])
        }
        measures = _find_columns(column_map.measure_columns, there)
        people = _find_columns(column_map.population_columns, there)
        read = {*fields.values(), *measures, *people}
        return cls(fields, measures, people, tuple(name for name in header if name not in read))


def _find_columns(headings: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    return {there[fold_text(heading)]: meaning for heading, meaning in headings.items() if fold_text(heading) in there}


class MappedRow:
    """A row by the fields of the map. A field without a column or content is None or empty."""

    def __init__(self, row: RowReader, columns: MappedColumns, column_map: ColumnMap) -> None:
        self.row = row
        self.columns = columns
        self.map = column_map

    def add_error(self, field: str, reason: str, value: str | None = None) -> None:
        column = self.columns.column_by_field.get(field, field)
        self._add_error(column, reason, self.row.values.get(column, "") if value is None else value)

    def text(self, field: str) -> str | None:
        value = self.row.values.get(self.columns.column_by_field.get(field, ""), "")
        return None if self.map.is_blank(value) else value

    def is_blank(self, field: str, list_name: str) -> bool:
        """Check whether the field is empty, or holds a word that the map lists as blank."""
        value = self.text(field)
        return value is None or self.map.find_meaning(list_name, value) == ""

    def code(self, field: str, list_name: str) -> str | None:
        value = self.text(field)
        return self._find_meaning(self.columns.column_by_field[field], list_name, value) if value else None

    def codes(self, field: str, list_name: str) -> list[str]:
        """Parse a list of codes: the whole cell if the map has a meaning for it, or its parts."""
        value = self.text(field)
        if value is None:
            return []
        parts = [value] if self.map.find_meaning(list_name, value) is not None else self._split_list(value)
        column = self.columns.column_by_field[field]
        return [code for part in parts if (code := self._find_meaning(column, list_name, part))]

    def find_yes_codes(self, columns: Mapping[str, str]) -> Iterator[str]:
        """Find the codes of the columns with the answer yes."""
        for column, code in columns.items():
            value = self.row.values.get(column, "")
            if not self.map.is_blank(value) and self._find_meaning(column, "health_value", value) == "yes":
                yield code

    def day(self, field: str) -> dt.date | None:
        value = self.text(field)
        if value is None:
            return None
        for date_format in self.map.date_formats:
            try:
                return check_years(parse_day_as(value, date_format))
            except YearOutOfRange:
                self.add_error(field, OUTSIDE_YEARS_TEXT)
                return None
            except ValueError:
                continue
        self.add_error(field, "does not match a date format of the column map")
        return None

    def number(self, field: str, lowest: float, highest: float) -> float | None:
        value = self.text(field)
        if value is None:
            return None
        try:
            number = parse_number(value)
        except ValueError:
            self.add_error(field, "is not a number")
            return None
        if not lowest <= number <= highest:
            self.add_error(field, f"lies outside {lowest:g} to {highest:g}")
        return number

    def count(self, field: str) -> int | None:
        value = self.text(field)
        if value is None:
            return None
        try:
            return parse_count(value)
        except ValueError:
            self.add_error(field, "is not a whole number of people, without separators")
            return None

    def _split_list(self, value: str) -> list[str]:
        separator = "|".join(re.escape(separator) for separator in self.map.list_separators)
        return [part.strip() for part in re.split(separator, value) if not self.map.is_blank(part)]

    def _find_meaning(self, column: str, list_name: str, value: str) -> str | None:
        meaning = self.map.find_meaning(list_name, value)
        if meaning is None:
            hint = format_suggestions(suggest_codes(list_name, value))
            self._add_error(column, f"is not in words.{list_name} of the column map{hint}", value)
        return meaning or None

    def _add_error(self, column: str, reason: str, value: str) -> None:
        self.row.row_errors.append(RowError(self.row.number, column, value, reason))
