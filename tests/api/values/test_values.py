"""Texts, numbers, days and moments are read in one way, and what only looks like one is refused."""

# ruff: noqa: RUF001 - letters that look like others are what is tried

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.values.days import (
    YearOutOfRange,
    check_years,
    parse_day,
    parse_day_as,
    parse_day_or_midnight,
    parse_moment,
    parse_record_day,
    parse_utc,
)
from api.values.numbers import parse_count, parse_decimal, parse_number, parse_whole
from api.values.texts import clean_text, convert_digits, normalize_nfc

DAY = dt.date(2020, 7, 15)
NO_DAYS = [
    *("2020-W29-3", "2020W293", "20200715", "2020-197", "2020-7-15", "20-07-15", "2020/07/15", "15.07.2020", "2020-07"),
    *(" 2020-07-15", "2020-07-15 ", "2020-07-15T00:00:00Z", "+2020-07-15", "-2020-07-15", "2020-02-30", "0000-01-01"),
    *("2020‐07‐15", "२०२०-०७-१५", "２０２０-07-15", "2020-07-1٥x", "", "infinity", "-infinity", "today", "44027"),
]
NO_MOMENTS = [
    *("2020-07-15", "2020-07-15T12:00Z", "2020-07-15T12:00:00", "2020-07-15 12:00:00Z", "2020-07-15T24:00:00Z"),
    *("2020-07-15T12:00:00+0200", "2020-07-15T12:00:00+24:00", "2020-07-15T12:00:00.Z", "2020-W29-3T12:00:00Z"),
    *("2016-12-31T23:58:60Z", "2016-12-31T12:59:60Z", "2016-12-31T23:59:61Z", "20200715T120000Z", ""),
]
INVISIBLE = [
    "\u200e",
    "\u200f",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202b",
    "\u2066",
    "\u3164",
    "\u2800",
    "\u00a0",
]
WHOLE = {"0": 0, "-5": -5, "0012": 12, "١٢٠٠": 1200, "۱۲": 12}
NUMBERS = {"20.46": 20.46, "-.5": -0.5, "+3": 3.0, "5.": 5.0, "٢٠٫٤٦": 20.46, "۲۰.۴۶": 20.46}
NOT_WHOLE = ["1.5", "1e3", "1_0", " 1", "+1", "", "२०", "1,000", "1 000", "-", "--1", "1" * 20, "-" + "1" * 5_000]
NO_NUMBERS = ["2_0.46", "nan", "inf", "-Infinity", "0x1", "1e", ".", "", " 1", "1,5", "२०", "1" * 41, "1e400"]


@pytest.mark.parametrize("text", ["2020-07-15", "٢٠٢٠-٠٧-١٥", "۲۰۲۰-۰۷-۱۵"])
def test_day_is_read(text: str) -> None:
    assert parse_day(text) == parse_record_day(text) == parse_day_or_midnight(text) == DAY


@pytest.mark.parametrize("text", NO_DAYS)
def test_invalid_day_is_refused_with_its_value(text: str) -> None:
    for parse in (parse_day, parse_record_day):
        with pytest.raises(ValueError, match=re.escape(repr(text))):
            parse(text)


@pytest.mark.parametrize("time", ["T", "T00:00", "T00:00:00", "t00:00:00z", "T00:00:00.000Z", "T00:00:00+00:00"])
def test_day_may_be_written_as_the_moment_at_which_it_begins(time: str) -> None:
    assert parse_day_or_midnight(f"2020-07-15{time}") == DAY


@pytest.mark.parametrize("time", ["T00:00:01", "T12:00:00Z", "T00:00:00+02:00", " 00:00", "Z", "x"])
def test_another_time_is_no_day(time: str) -> None:
    with pytest.raises(ValueError, match="is not a day"):
        parse_day_or_midnight(f"2020-07-15{time}")


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"])
def test_record_has_a_day_of_its_years(text: str) -> None:
    with pytest.raises(YearOutOfRange, match=f"{text} lies outside the years 1900 to 2199"):
        parse_record_day(text)
    assert check_years(dt.date(1900, 1, 1)) < check_years(dt.date(2199, 12, 31))


@given(st.dates())
def test_day_is_read_back_as_it_is_written(day: dt.date) -> None:
    assert parse_day(day.isoformat()) == day


def test_format_reads_the_digits_of_arabic_and_no_others() -> None:
    assert parse_day_as("١٥/٠٧/٢٠٢٠", "%d/%m/%Y") == DAY
    with pytest.raises(ValueError, match="digits"):
        parse_day_as("१५/०७/२०२०", "%d/%m/%Y")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-06-10t12:00:00z", dt.datetime(2020, 6, 10, 12, tzinfo=dt.UTC)),
        ("2020-06-10T12:00:00+02:00", dt.datetime(2020, 6, 10, 10, tzinfo=dt.UTC)),
        ("2020-06-10T12:00:00.123456789Z", dt.datetime(2020, 6, 10, 12, 0, 0, 123456, dt.UTC)),
        ("2020-06-10T12:00:00.5Z", dt.datetime(2020, 6, 10, 12, 0, 0, 500000, dt.UTC)),
        ("2016-12-31T23:59:60Z", dt.datetime(2016, 12, 31, 23, 59, 59, 999999, dt.UTC)),
        ("2017-01-01T00:59:60.25+01:00", dt.datetime(2016, 12, 31, 23, 59, 59, 999999, dt.UTC)),
        ("٢٠٢٠-٠٦-١٠T١٢:٠٠:٠٠Z", dt.datetime(2020, 6, 10, 12, tzinfo=dt.UTC)),
    ],
)
def test_moment_is_read_as_rfc_3339_has_it(text: str, moment: dt.datetime) -> None:
    assert parse_utc(text) == parse_moment(text) == moment


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a moment|is not a leap second|hour|minute|second|offset"):
        parse_utc(text)


def test_moment_may_be_without_zone_where_that_is_said() -> None:
    assert parse_utc("2020-06-10T12:00:00", without_zone=True) == dt.datetime(2020, 6, 10, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-11:00"])
def test_moment_beyond_the_calendar_of_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not in the calendar"):
        parse_utc(text)


@pytest.mark.parametrize(("text", "number"), WHOLE.items())
def test_whole_number_is_read(text: str, number: int) -> None:
    assert parse_whole(text) == number


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"whole number|digits"):
        parse_whole(text)


@pytest.mark.parametrize("text", ["-1", "-0", "1000000000", "-٥"])
def test_count_is_not_below_zero_nor_of_ten_digits(text: str) -> None:
    with pytest.raises(ValueError, match="lies outside 0 to 999999999"):
        parse_count(text)


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_number_is_read(text: str, number: float) -> None:
    assert parse_number(text) == parse_decimal(text) == number


@pytest.mark.parametrize("parse", [parse_number, parse_decimal])
@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_number_is_refused(parse: Callable[[str], float], text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (finite )?number|has more than"):
        parse(text)


def test_number_has_an_exponent_where_programs_write_it() -> None:
    assert parse_number("2.046E1") == 20.46
    with pytest.raises(ValueError, match="is not a number"):
        parse_decimal("2.046E1")


@pytest.mark.parametrize("mark", INVISIBLE)
def test_marks_that_nobody_sees_are_taken_off_around_a_text(mark: str) -> None:
    assert clean_text(f"{mark}BEG{mark} {mark}") == "BEG"
    assert clean_text(mark * 3) == ""


def test_marks_within_a_text_stay() -> None:
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("text", ["Niš", "Đà Nẵng", "Å", "한글", "plain"])
def test_text_is_one_however_it_was_typed(text: str) -> None:
    typed = unicodedata.normalize("NFD", text)
    assert normalize_nfc(typed) == clean_text(f" {typed} ") == unicodedata.normalize("NFC", text)


def test_digits_of_arabic_and_persian_become_ascii_and_no_others() -> None:
    assert convert_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹") == "0123456789 0123456789"
    assert convert_digits("१२３") == "१२３"
