"""Bitemporal tables that updates write to, each with its key and its value columns."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table

from models.tables.assessment import HealthCapacity
from models.tables.country_measure import CountryMeasure
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.point_properties import POINT_PROPERTIES
from models.tables.restriction import Restriction


@dataclass(frozen=True, slots=True)
class BitemporalTable:
    """Bitemporal table that updates write to.

    `key` lists the columns that identify the subject of a record; `said` the columns with its state. An update equal to
    the current state is unchanged, even with another source or another comment, unless it `corrects`.
    """

    table: Table
    key: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def update_columns(self) -> list[str]:
        """Columns that an update fills and that the remainder of a record keeps."""
        ours = {"id", "valid_during", "recorded_during", "remainder_of_id"}
        return [column.name for column in self.table.columns if column.name not in ours and column.computed is None]

    @property
    def remark_columns(self) -> list[str]:
        """Columns that describe a record beyond its state, without its source."""
        others = {*self.key, *self.said, "source_id", "submission_id"}
        return [column for column in self.update_columns if column not in others]


def _build_bitemporal_table(mapped: type[object], key: tuple[str, ...], said: tuple[str, ...]) -> BitemporalTable:
    return BitemporalTable(cast("Table", mapped.__table__), key, said)  # type: ignore[attr-defined]


REGISTER = _build_bitemporal_table(
    PointOfEntryVersion,
    ("point_of_entry_id",),
    (
        *(each.column for each in POINT_PROPERTIES if each.column and not each.is_derived),
        *("other_names", "counterpart_id", "successor_id", "geometry"),
    ),
)
RESTRICTIONS = _build_bitemporal_table(
    Restriction,
    ("point_of_entry_id",),
    ("operational_status", "measures_digest", "expected_duration", "announced_end", "confidence"),
)
HEALTH_CAPACITIES = _build_bitemporal_table(HealthCapacity, ("point_of_entry_id", "indicator"), ("value",))
COUNTRY_MEASURES = _build_bitemporal_table(
    CountryMeasure, ("indicator", "imposing_iso3", "origin_iso3"), ("level", "measure_codes", "geographic_scope")
)
