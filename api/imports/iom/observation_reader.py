"""Reader of rows of another organisation's table: what was seen at a point of entry on a day."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from api.imports.iom.column_map import COUNTRY_WORDS, EXCLUDED_POINT_TYPES, HEALTH_FIELDS, ColumnMap
from api.imports.iom.mapped_row import MappedColumns, MappedRow
from api.imports.point_matching import IDENTIFIERS, PointFinder, PointNotFound, PointReference
from api.imports.row_reader import RowReader
from api.parameters.country_hints import format_country_hint
from api.values.datetimes import get_today
from models.codes import fold_text
from models.recording.observations import Observation
from models.recording.restrictions import MeasureRow

NO_POINT = -1
NO_DAY = dt.date.min
# The local date at a point may be a day ahead of UTC.
MAX_UTC_LEAD = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ObservationReader:
    """Reader of rows as observations. A value that it cannot read gets an error and a placeholder."""

    columns: MappedColumns
    map: ColumnMap
    finder: PointFinder
    countries: Mapping[str, str]
    source_id: int

    def read_observation(self, checked: RowReader) -> Observation:
        row = MappedRow(checked, self.columns, self.map)
        seen_on = self._read_seen_on(row)
        return Observation(
            source_id=self.source_id,
            confidence=self.map.confidence,
            point_of_entry_id=self._read_point(row, seen_on),
            seen_on=seen_on,
            operational_status=_read_status(row),
            measures=tuple(self._read_measures(row)),
            affected_populations=self._read_populations(row),
            announced_end=_read_announced_end(row, seen_on),
            expected_duration=_read_expected_duration(row),
            source_type=row.code("source_type", "source_type"),
            source_url=_read_source_url(row),
            comment=row.text("comment"),
            estimated_daily_inflow=row.count("estimated_daily_inflow"),
            estimated_daily_outflow=row.count("estimated_daily_outflow"),
            health=tuple(_read_health(row)),
        )

    def _read_seen_on(self, row: MappedRow) -> dt.date:
        day = row.day("observed_on")
        if row.text("observed_on") is None:
            row.add_error("observed_on", "is missing")
        if day and day > get_today() + MAX_UTC_LEAD:
            row.add_error("observed_on", "lies in the future")
        return day or NO_DAY

    def _read_point(self, row: MappedRow, seen_on: dt.date) -> int:
        """Return the id of the point. For a row without a point of the register, add an error and return NOBODY."""
        poe_type = row.code("poe_type", "poe_type")
        if poe_type in EXCLUDED_POINT_TYPES:
            row.add_error("poe_type", "is not a point of entry: areas and sites are not supported")
            return NO_POINT
        try:
            point = self.finder.find(self._build_point_reference(row, poe_type))
        except PointNotFound as error:
            row.add_error(error.field, str(error))
            return NO_POINT
        if NO_DAY < seen_on < (first := self.finder.get_first_day(point)):
            row.add_error("observed_on", f"{point.code} is in the register from {first} on")
        return point.id

    def _build_point_reference(self, row: MappedRow, poe_type: str | None) -> PointReference:
        longitude, latitude = row.number("longitude", -180, 180), row.number("latitude", -90, 90)
        return PointReference(
            **{identifier: row.text(identifier) for identifier in IDENTIFIERS},
            name=row.text("name"),
            iso3=self._read_country(row),
            poe_type=poe_type,
            place=None if longitude is None or latitude is None else (longitude, latitude),
        )

    def _read_country(self, row: MappedRow) -> str | None:
        text = row.text("country")
        if text is None:
            return None
        iso3 = self.map.find_meaning(COUNTRY_WORDS, text) or text
        if fold_text(iso3) not in self.countries:
            reason = "is not a country, territory or area; use an alpha-3 code, or add it to words.country"
            row.add_error("country", f"{reason}{format_country_hint(text)}")
        return self.countries.get(fold_text(iso3))

    def _read_measures(self, row: MappedRow) -> Iterator[MeasureRow]:
        """Iterate over the measures. A measure without a direction has the direction of the row, by default both."""
        of_row = row.code("direction", "direction") or "both"
        listed = chain(row.codes("measures", "measure"), row.find_yes_codes(self.columns.measure_by_column))
        for meaning in sorted(set(listed)):
            measure, _, direction = meaning.partition(" ")
            yield MeasureRow(measure, direction=direction or of_row)

    def _read_populations(self, row: MappedRow) -> tuple[str, ...]:
        listed = row.codes("affected_populations", "affected_population")
        return tuple(sorted({*listed, *row.find_yes_codes(self.columns.population_by_column)}))


def _read_status(row: MappedRow) -> str:
    status = row.code("operational_status", "operational_status")
    if status is None and row.is_blank("operational_status", "operational_status"):
        row.add_error("operational_status", "is missing")
    return status or ""


def _read_announced_end(row: MappedRow, seen_on: dt.date) -> dt.date | None:
    end = row.day("announced_end")
    if end and end < seen_on:
        row.add_error("announced_end", f"lies before {seen_on}, the day of the observation")
    return end


def _read_expected_duration(row: MappedRow) -> str | None:
    without_class = "specific_date" if row.text("announced_end") else None
    return row.code("expected_duration", "expected_duration") or without_class


def _read_source_url(row: MappedRow) -> str | None:
    address = row.text("source_url")
    if address and not address.lower().startswith(("https://", "http://")):
        row.add_error("source_url", "is not an address that begins with https:// or http://")
    return address


def _read_health(row: MappedRow) -> Iterator[tuple[str, str]]:
    for indicator in HEALTH_FIELDS:
        if value := row.code(indicator, "screening_value" if indicator == "screening" else "health_value"):
            yield indicator, value
