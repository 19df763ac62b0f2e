"""Days as people write them in tables: read only if they can mean one day."""

# ruff: noqa: RUF001 - digits and marks that look like others are what is tried

import datetime as dt

import pytest

from api.submissions.raw_row import RawRow
from api.values.days import YearOutOfRange
from api.values.written_days import AmbiguousDay, parse_written_day

DAY = dt.date(2026, 11, 28)


@pytest.mark.parametrize(
    "text",
    [
        "28.11.2026",
        "28/11/2026",
        "11/28/2026",
        "28-11-2026",
        "28 11 2026",
        "28. 11. 2026.",
        "2026/11/28",
        "2026.11.28",
        "2026–11–28",
        "٢٨/١١/٢٠٢٦",
        "28\u200f/11\u200f/2026",
        "28 Nov 2026",
        "28-NOV-2026",
        "28. November 2026",
        "Nov 28, 2026",
        "November 28th, 2026",
        "2026 Nov 28",
        "28 nov. 2026",
        "28 novembre 2026",
        "28 de noviembre de 2026",
        "28 تشرين الثاني 2026",
        "٢٨ نوفمبر ٢٠٢٦",
        "46354",
        "46354.604",
        "2026-11-28T14:30",
        "2026-11-28 14:30:00",
        "2026-11-28T23:59:59.999999",
        "2026-11-28T00:00:00Z",
        "2026-11-28T23:30:00+05:00",
        "28/11/2026 2:30 PM",
        "28 Nov 2026, 14:30",
    ],
)
def test_day_that_can_mean_one_day_is_read(text: str) -> None:
    assert parse_written_day(text) == (DAY, False)


@pytest.mark.parametrize("text", ["2026-11-28", "٢٠٢٦-١١-٢٨"])
def test_day_of_the_standard_is_plain(text: str) -> None:
    assert parse_written_day(text) == (DAY, True)


MONTHS = {
    1: ["January", "jan.", "janvier", "enero", "يناير", "كانون الثاني"],
    2: ["February", "février", "fev", "febrero", "فبراير", "شباط"],
    3: ["March", "mars", "marzo", "مارس", "آذار", "اذار"],
    4: ["April", "avril", "abril", "أبريل", "ابريل", "نيسان"],
    5: ["May", "mai", "mayo", "مايو", "أيار"],
    6: ["June", "juin", "junio", "يونيو", "حزيران"],
    7: ["July", "juillet", "julio", "يوليو", "تموز"],
    8: ["August", "août", "aout", "agosto", "أغسطس", "آب"],
    9: ["Sept", "septembre", "septiembre", "سبتمبر", "أيلول"],
    10: ["October", "octobre", "octubre", "أكتوبر", "تشرين الأول"],
    11: ["November", "novembre", "noviembre", "نوفمبر"],
    12: ["December", "décembre", "diciembre", "ديسمبر", "كانون الأول"],
}


@pytest.mark.parametrize(("month", "name"), [(month, name) for month, names in MONTHS.items() for name in names])
def test_month_is_known_by_its_name_in_four_languages(month: int, name: str) -> None:
    assert parse_written_day(f"7 {name} 2021").day == dt.date(2021, month, 7)


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "03-04-2026", "٣/٤/٢٠٢٦", "03/04/2026 14:30"])
def test_day_of_two_readings_is_refused_with_both(text: str) -> None:
    with pytest.raises(AmbiguousDay, match="2026-04-03 or 2026-03-04") as refusal:
        parse_written_day(text)
    assert refusal.value.readings == (dt.date(2026, 4, 3), dt.date(2026, 3, 4))


def test_day_whose_two_readings_are_one_day_is_read() -> None:
    assert parse_written_day("03/03/2026").day == dt.date(2026, 3, 3)


@pytest.mark.parametrize("text", ["28/11/26", "28.11.26", "28-Nov-26", "Nov 28, 26", "26-11-28"])
def test_year_of_two_digits_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="a year of two digits"):
        parse_written_day(text)


@pytest.mark.parametrize(
    "text",
    [
        *("today", "2026", "11/2026", "Nov 2026", "28 11", "20261128", "2026-W48-6", "2026-332", "28/11-2026"),
        *("30/02/2026", "2026-13-28", "31 Nov 2026", "32 Nov 2026", "0/11/2026", "28 foo 2026", "28 Nov Dec 2026"),
        *("2020", "1200", "36525", "73051", "99999", "446354", "-46354", "4.6e4", "14:30", "'2026-11-28", ""),
        *("２０２６-１１-２８", "28 Nov 2026 and later", "28 " * 30),
    ],
)
def test_text_that_means_no_day_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not") as refusal:
        parse_written_day(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["2563-09-02", "02/09/2563 14:30", "28 Nov 1442", "28/11/1442"])
def test_day_of_another_calendar_is_outside_the_years_of_records(text: str) -> None:
    with pytest.raises(YearOutOfRange):
        parse_written_day(text)


def test_day_is_shown_back_as_it_was_read_unless_it_is_plain() -> None:
    values = RawRow(2, {"assessed_on": "28.11.2026", "valid_from": "2026-11-28"})
    assert (values.read_day("assessed_on"), values.read_day("valid_from")) == (DAY, DAY)
    (problem,) = values.problems
    assert (problem.severity, problem.code, problem.column) == ("warning", "read_as", "assessed_on")
    assert problem.message.render() == "'28.11.2026' was read as 2026-11-28"


def test_day_of_two_readings_is_refused_with_both_as_candidates() -> None:
    values = RawRow(2, {"assessed_on": "03/04/2026"})
    assert values.read_day("assessed_on") is None
    assert [(p.severity, p.code, p.candidates) for p in values.problems] == [
        ("error", "not_a_day", ("2026-04-03", "2026-03-04"))
    ]
