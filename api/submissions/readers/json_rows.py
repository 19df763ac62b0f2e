"""Reader of rows as JSON objects: members by column name or label, several values as a list, measures as objects."""

from collections.abc import Sequence
from typing import Any

from api.messages.message import Message
from api.spreadsheets.errors import TooLarge
from api.submissions.columns import MEASURE_HEADERS, POINT_HEADERS, Column, HeaderNames
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList
from api.submissions.raw_row import RawRow
from api.submissions.readers.header_table import ValueReader
from api.submissions.readers.strict_json import DuplicateMembers, InvalidNumber, JsonNumber, Members

NUMBER_MEMBER = "number"
# A form may have fields for common and for single measures: `measures` has the common measures, this the single ones.
MEASURE_ROWS = "measure_rows"
MAX_ROW_NUMBER = 2**31 - 1


def read_json_rows(items: Sequence[object], problems: ProblemList, limits: Limits) -> list[RawRow]:
    """Read a row from each item; its number is the member `number`, or its place in the list (the first is 1).

    Raises TooLarge.
    """
    if len(items) > limits.max_rows:
        raise TooLarge("too_large.list", count=len(items), most=limits.max_rows)
    reader = _JsonRowReader(problems, limits)
    rows: dict[int, RawRow] = {}
    for place, item in enumerate(items, start=1):
        number = parse_row_number(item, place)
        if number is None:
            problems.add(Message("bad_row_number", place=place))
        elif number in rows:
            problems.add(Message("row_number_twice", row=number, place=place))
        else:
            rows[number] = reader.read_row(number, item)
    return list(rows.values())


def parse_row_number(item: object, place: int) -> int | None:
    """Return the item's row number, its place if it has no number, or None if the number is invalid."""
    given = item.get(NUMBER_MEMBER) if isinstance(item, dict) else None
    if given is None:
        return place
    is_whole = isinstance(given, JsonNumber) and given.isdecimal() and len(given) <= len(str(MAX_ROW_NUMBER))
    return int(given) if is_whole and 1 <= int(given) <= MAX_ROW_NUMBER else None


class _JsonRowReader(ValueReader):
    def __init__(self, problems: ProblemList, limits: Limits) -> None:
        super().__init__(problems, limits)
        self._unknown: set[str] = set()
        self._measures = 0

    def read_row(self, number: int, item: object) -> RawRow:
        """Read the row; values that cannot be read become problems and are left out."""
        if not isinstance(item, dict):
            self.problems.add(Message("not_an_object"), row=number)
            return RawRow(number, {})
        members = {name: value for name, value in item.items() if name != NUMBER_MEMBER}
        listed = {name: members.pop(name) for name in list(members) if _has_measure_objects(name, members[name])}
        self._refuse_duplicate_members(item, number)
        measures = [
            RawRow(number, self._read_values(number, measure, MEASURE_HEADERS, name))
            for name, given in listed.items()
            for measure in self._parse_list(number, name, given)
        ]
        return RawRow(number, self._read_values(number, members, POINT_HEADERS, "row"), tuple(measures))

    def _parse_list(self, number: int, name: str, given: object) -> Sequence[object]:
        if given is None:
            return ()
        if isinstance(given, list):
            self._measures += len(given)
            if self._measures > self.limits.max_rows:
                raise TooLarge("too_large.measures", most=self.limits.max_rows)
            return given
        self.problems.add(Message("not_a_list", name=name), row=number, column=name)
        return ()

    def _read_values(self, number: int, members: object, words: HeaderNames, where: str) -> dict[str, str]:
        if not isinstance(members, dict):
            self.problems.add(Message("not_an_object.measures"), row=number, column=where)
            return {}
        self._refuse_duplicate_members(members, number)
        values: dict[str, str] = {}
        for name, given in members.items():
            column = words.find_column(name)
            if column is None:
                self._note_unknown(number, name, words)
            elif column.name in values:
                self.problems.add(Message("column_twice.row", name=column.name), row=number, column=name)
            elif value := self.accept_value(self._read_text(number, column, given), number, column.name):
                values[column.name] = value
        return values

    def _read_text(self, number: int, column: Column, given: object) -> str:
        if not isinstance(given, list):
            return self._read_scalar(number, column, given)
        if not column.several:
            self.problems.add(Message("not_one_value", column=column.name), row=number, column=column.name)
            return ""
        return ",".join(text for each in given if (text := self._read_scalar(number, column, each)))

    def _read_scalar(self, number: int, column: Column, given: object) -> str:
        """Return a single value as text; null is empty, since programs write it for empty fields."""
        if given is None or isinstance(given, str):
            return given or ""
        if isinstance(given, bool):
            return "true" if given else "false"
        if isinstance(given, InvalidNumber):
            message = Message("not_a_number.json", value=given.text)
            self.problems.add(message, row=number, column=column.name, value=given.text)
            return ""
        self.problems.add(Message("nested", column=column.name), row=number, column=column.name)
        return ""

    def _refuse_duplicate_members(self, members: Members, number: int) -> None:
        for name in members.twice if isinstance(members, DuplicateMembers) else ():
            self.problems.add(Message("member_twice", name=name), row=number, column=name)

    def _note_unknown(self, number: int, name: str, words: HeaderNames) -> None:
        """Add a problem for an unknown member, once for each name."""
        if name in self._unknown:
            return
        self._unknown.add(name)
        if len(self._unknown) > self.limits.max_columns:
            raise TooLarge("too_large.unknown_members", most=self.limits.max_columns)
        near = words.find_nearest(name)
        message = Message("unknown_column.first_row", name=name, row=number, near=near)
        self.problems.add(message, column=name, candidates=near)


def _has_measure_objects(name: str, given: Any) -> bool:  # noqa: ANN401 - what JSON can hold
    """Return whether the member has measures as objects instead of codes only."""
    if name == MEASURE_ROWS:
        return True
    column = POINT_HEADERS.find_column(name)
    is_measures = column is not None and column.name == "measures"
    return is_measures and isinstance(given, list) and any(isinstance(each, dict) for each in given)
