"""Parser of days in the notations that people and their programs use in tables, if only one day can be meant.

03/04/2020 is in March to some offices and in April to others, and is refused.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from api.messages.message import MessageError
from api.values.days import DAY_PATTERN, check_years, parse_day
from api.values.texts import INVISIBLE_CHARACTERS, convert_digits
from models.codes import fold_text

# Time after a day in programs that write moments.
TIME_PATTERN = re.compile(
    r"[T\s,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?\Z",
    re.IGNORECASE,
)
NUMBERS_PATTERN = re.compile(r"([0-9]{1,4})\s*([-./\s])\s*([0-9]{1,2})\s*\2\s*([0-9]{1,4})\.?")
DASH_PATTERN = re.compile("[\u2010-\u2015\u2212\uff0d]")
INVISIBLE_PATTERN = re.compile(f"[{INVISIBLE_CHARACTERS}]")
PART_PATTERN = re.compile(r"[0-9]+|[^\W0-9_]+")
# Between the numbers and the name of a month, in any of the languages: 28 de noviembre de 2026, 1er mai, May 2nd.
FILLER_WORDS = {"de", "del", "of", "the", "le", "el", "er", "st", "nd", "rd", "th"}
MAX_MONTH_WORDS = 2
MAX_CHARACTERS = 60
# Days of 2000 to 2099 as spreadsheets count them from 1900. Smaller numbers may be years; larger numbers, anything.
SERIAL_PATTERN = re.compile(r"[0-9]{5}(\.[0-9]+)?")
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050
EPOCH = dt.date(1899, 12, 30)


class WrittenDay(NamedTuple):
    """A day, and whether it was written as 2020-04-15 (`is_plain`)."""

    day: dt.date
    is_plain: bool


class AmbiguousDay(MessageError):
    """Error of a text that can mean two days, `readings`; the message names both."""

    def __init__(self, text: str, readings: tuple[dt.date, dt.date]) -> None:
        self.readings = readings
        super().__init__("not_a_day.ambiguous", text=text, readings=[day.isoformat() for day in readings])


def parse_written_day(text: str) -> WrittenDay:
    """Parse the day of a record in the years 1900 to 2199, written in numbers or with the name of a month.

    A time after the day is ignored; it never moves the day. A serial number, as spreadsheets store a day, must be in
    2000 to 2099. Raises AmbiguousDay, OutsideYears, and MessageError for any other text.
    """
    plain = INVISIBLE_PATTERN.sub("", convert_digits(text)) if not text.isascii() else text
    if DAY_PATTERN.fullmatch(plain):
        return WrittenDay(check_years(parse_day(text)), is_plain=True)
    if len(plain) > MAX_CHARACTERS:
        raise MessageError("not_a_day.form", text=text)
    if (serial := parse_serial(plain)) is not None:
        return WrittenDay(EPOCH + dt.timedelta(days=int(serial)), is_plain=False)
    day = _parse_without_time(text, TIME_PATTERN.sub("", DASH_PATTERN.sub("-", plain)).strip())
    return WrittenDay(check_years(day), is_plain=False)


def parse_serial(text: str) -> float | None:
    """Parse the serial number of a day in 2000 to 2099, counted from 1900; None for any other text."""
    plain = convert_digits(text)
    serial = float(plain) if SERIAL_PATTERN.fullmatch(plain) else 0
    return serial if FIRST_SERIAL <= serial < LAST_SERIAL + 1 else None


def _parse_without_time(text: str, day: str) -> dt.date:
    if found := NUMBERS_PATTERN.fullmatch(day):
        return _parse_numbers(text, found[1], found[3], found[4])
    parts = [part for part in PART_PATTERN.findall(day) if fold_text(part) not in FILLER_WORDS]
    numbers = [part for part in parts if part.isdecimal()]
    words = [part for part in parts if not part.isdecimal()]
    month = _load_months().get(fold_text(" ".join(words))) if len(words) <= MAX_MONTH_WORDS else None
    if month is None or len(numbers) != 2:
        raise MessageError("not_a_day.form", text=text)
    first, last = numbers
    year, number = (first, last) if len(first) == 4 else (last, first)
    return _build_date(text, _check_year(text, year), month, number)


def _parse_numbers(text: str, first: str, middle: str, last: str) -> dt.date:
    if len(first) == 4 and len(last) <= 2:
        return _build_date(text, first, int(middle), last)
    year = _check_year(text, last)
    if len(first) > 2:
        raise MessageError("not_a_day.form", text=text)
    readings = [day for day in (_try_date(year, middle, first), _try_date(year, first, middle)) if day]
    if not readings:
        raise MessageError("not_a_day.calendar", text=text)
    if len(set(readings)) == 2:
        raise AmbiguousDay(text, (check_years(readings[0]), readings[1]))
    return readings[0]


def _check_year(text: str, year: str) -> str:
    if len(year) < 4:
        raise MessageError("not_a_day.short_year", text=text)
    return year


def _build_date(text: str, year: str, month: int, day: str) -> dt.date:
    try:
        return dt.date(int(year), month, int(day))
    except (ValueError, OverflowError):
        raise MessageError("not_a_day.calendar", text=text) from None


def _try_date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _load_months() -> Mapping[str, int]:
    """Load the number of each month by its folded names."""
    return dict(_iterate_months())


def _iterate_months() -> Iterator[tuple[str, int]]:
    text = resources.files("api.values").joinpath("month_names.toml").read_text(encoding="utf-8")
    for number, names in tomllib.loads(text).items():
        for name in names:
            yield fold_text(name), int(number)
