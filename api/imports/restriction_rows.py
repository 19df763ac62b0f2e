"""Reader of rows of a file of restrictions: the point, the days, the status, and one measure."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from api.imports.point_matching import PointFinder, PointNotFound, PointReference
from api.imports.row_reader import RowReader
from api.parameters.country_hints import describe_unknown_country
from api.values.datetimes import get_today
from api.values.days import OUTSIDE_YEARS_TEXT, YearOutOfRange, parse_record_day
from models.recording.restrictions import MeasureRow

REQUIRED_COLUMNS = ("point", "valid_from", "valid_until_inclusive", "operational_status", "source", "licence")
MEASURE_COLUMN_NAMES = (
    *("direction", "traffic", "affected_populations", "nationality_rule", "nationalities"),
    *("is_exception", "measure_comment"),
)
COLUMNS = (
    *("point", "valid_from", "valid_until_inclusive", "operational_status", "measure", *MEASURE_COLUMN_NAMES),
    *("expected_duration", "announced_end", "assessed_on", "confidence"),
    *("source", "source_type", "source_note", "source_url", "licence", "comment"),
)
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")
NO_POINT = -1
# The local date at a point may be a day ahead of UTC.
MAX_UTC_LEAD = dt.timedelta(days=1)


class RestrictionKey(NamedTuple):
    """The subject of a restriction: a point, the first day, and the last day (None without an end)."""

    point: int
    first: dt.date
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class SharedValues:
    """Values that all rows of a restriction share."""

    operational_status: str
    expected_duration: str | None
    announced_end: dt.date | None
    assessed_on: tuple[dt.date, ...]
    confidence: str
    source: str
    licence: str
    source_type: str | None
    source_note: str | None
    source_url: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """A parsed row; `measure` is None if the row has only the status."""

    row: RowReader
    about: RestrictionKey
    said: SharedValues
    measure: MeasureRow | None


@dataclass(frozen=True, slots=True)
class RestrictionReader:
    """Reader of rows. A value that it cannot read gets an error and a placeholder."""

    finder: PointFinder
    countries: Collection[str]

    def read(self, row: RowReader) -> RestrictionRow:
        first = row.read_day("valid_from")
        if first > get_today() + MAX_UTC_LEAD:
            row.add_error("valid_from", "lies in the future")
        last = _read_later_day(row, "valid_until_inclusive", first)
        return RestrictionRow(
            row,
            RestrictionKey(self._read_point(row, first), first, last),
            _read_shared_values(row, first, last),
            self._read_measure(row),
        )

    def _read_point(self, row: RowReader, first: dt.date) -> int:
        code = row.read_required("point")
        if not code:
            return NO_POINT
        try:
            point = self.finder.find(PointReference(code=code))
        except PointNotFound as error:
            row.add_error("point", str(error))
            return NO_POINT
        if first < (known_from := self.finder.get_first_day(point)):
            row.add_error("valid_from", f"{point.code} is in the register from {known_from} on")
        return point.id

    def _read_measure(self, row: RowReader) -> MeasureRow | None:
        if row.read_text("measure") is None:
            for column in MEASURE_COLUMN_NAMES:
                if row.read_text(column):
                    row.add_error(column, "belongs to a measure, but the column measure is empty")
            return None
        rule, nationalities = self._read_nationalities(row)
        return MeasureRow(
            measure=row.read_code("measure", "measure"),
            direction=row.read_code_or_default("direction", "direction", "both"),
            traffic=row.read_code_or_default("traffic", "traffic", "all"),
            affected_populations=row.read_codes("affected_populations", "affected_population"),
            nationality_rule=rule,
            nationalities=nationalities,
            is_exception=_is_exception(row),
            comment=row.read_text("measure_comment"),
        )

    def _read_nationalities(self, row: RowReader) -> tuple[str, tuple[str, ...]]:
        rule, nationalities = (
            row.read_code_or_default("nationality_rule", "nationality_rule", "all"),
            row.read_list("nationalities"),
        )
        for iso3 in nationalities:
            if iso3 not in self.countries:
                row.add_error("nationalities", f"has {iso3!r}, which {describe_unknown_country(iso3)}")
        if (rule == "all") != (not nationalities):
            missing = (
                "is missing: the rule needs nationalities"
                if rule != "all"
                else "needs a nationality_rule: only or except"
            )
            row.add_error("nationalities", missing)
        return rule, nationalities


def _read_shared_values(row: RowReader, first: dt.date, last: dt.date | None) -> SharedValues:
    announced_end = _read_later_day(row, "announced_end", first)
    duration = row.read_code("expected_duration", "expected_duration") if row.read_text("expected_duration") else None
    return SharedValues(
        operational_status=row.read_code("operational_status", "operational_status"),
        expected_duration=duration or ("specific_date" if announced_end else None),
        announced_end=announced_end,
        assessed_on=_read_assessment_days(row, first, last),
        confidence=row.read_code_or_default("confidence", "confidence", "reported"),
        source=row.read_required("source"),
        licence=row.read_required("licence"),
        source_type=row.read_code("source_type", "source_type") if row.read_text("source_type") else None,
        source_note=row.read_text("source_note"),
        source_url=_read_source_url(row),
        comment=row.read_text("comment"),
    )


def _read_later_day(row: RowReader, column: str, first: dt.date) -> dt.date | None:
    """Read the day of the column, and check that it is not before `first`; None if it is empty."""
    if row.read_text(column) is None:
        return None
    day = row.read_day(column)
    if day < first:
        row.add_error(column, f"lies before valid_from {first}")
    return day


def _read_assessment_days(row: RowReader, first: dt.date, last: dt.date | None) -> tuple[dt.date, ...]:
    """Read the days of assessment, by default the first day."""
    days = []
    for text in row.read_list("assessed_on"):
        try:
            days.append(parse_record_day(text))
        except YearOutOfRange:
            row.add_error("assessed_on", OUTSIDE_YEARS_TEXT)
        except ValueError:
            row.add_error("assessed_on", f"has {text!r}, which is not a day written as 2020-04-15")
    for day in days:
        if day < first or (last and day > last) or day > get_today() + MAX_UTC_LEAD:
            row.add_error("assessed_on", f"has {day}, which is not a past day of the restriction")
    return tuple(days) or (first,)


def _is_exception(row: RowReader) -> bool:
    value = row.values.get("is_exception", "").lower()
    if value not in (*YES, *NO):
        row.add_error("is_exception", "expected yes or no")
    return value in YES


def _read_source_url(row: RowReader) -> str | None:
    address = row.read_text("source_url")
    if address and not address.lower().startswith(("https://", "http://")):
        row.add_error("source_url", "is not an address that begins with https:// or http://")
    return address
