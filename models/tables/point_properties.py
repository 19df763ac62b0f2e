"""Properties of a point of entry: one row each, from which statements, schemas, tiles, edits and the history follow.

Titles and descriptions are in `api/collections/properties.toml`, code lists as well.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class PointProperty:
    """Property of the register entry of a point, by its name in responses.

    `column` is its column of PointOfEntryVersion; None if a statement computes it. `is_derived` columns are filled in
    by the database, from other columns.

    Editing: `edited_as` is the column of a submission's row that changes it, None for a read-only property.
    `is_create_only` can be set only when the point is created; `is_clearable` can lose its value. `without_value` is
    the value that means none, where the column needs a value.

    Responses: `in_tiles` is its place in tiles: with points and all their records, or only with points, before or
    after their state. `in_proposals` have the proposed points too; `in_history` has the history of a point.
    """

    name: str
    column: str | None
    is_derived: bool = False
    edited_as: str | None = None
    is_create_only: bool = False
    is_clearable: bool = False
    without_value: str | None = None
    in_tiles: Literal["all", "before_state", "after_state"] | None = None
    in_proposals: bool = False
    in_history: bool = True


# In the order of responses.
POINT_PROPERTIES = (
    PointProperty("code", None, edited_as="point", is_create_only=True, in_tiles="all", in_proposals=True),
    PointProperty("name", "name", edited_as="name", in_tiles="all", in_proposals=True),
    PointProperty("poe_type", "poe_type", edited_as="poe_type", in_tiles="all", in_proposals=True),
    PointProperty("is_poe", None, in_tiles="before_state"),
    PointProperty("subtype", "subtype"),
    PointProperty("country", "iso3", edited_as="country", is_create_only=True, in_tiles="all", in_proposals=True),
    PointProperty("country_name", None),
    PointProperty("other_country", "other_iso3", edited_as="other_country", is_clearable=True, in_proposals=True),
    PointProperty("admin1_name", "admin1_name"),
    PointProperty("admin1_code", "admin1_code"),
    PointProperty("municipality", "municipality"),
    PointProperty("iata", "iata", edited_as="iata", is_clearable=True, in_tiles="before_state", in_proposals=True),
    PointProperty("icao", "icao", edited_as="icao", is_clearable=True, in_proposals=True),
    PointProperty(
        "unlocode", "unlocode", edited_as="unlocode", is_clearable=True, in_tiles="before_state", in_proposals=True
    ),
    PointProperty(
        "official_status", "official_status", edited_as="official_status", without_value="unknown", in_proposals=True
    ),
    PointProperty("ihr_designated", "ihr_designated", without_value="unknown"),
    PointProperty("opening_hours", "opening_hours", edited_as="opening_hours", is_clearable=True, in_proposals=True),
    PointProperty("lifecycle", "lifecycle", edited_as="action"),
    PointProperty("coordinate_precision", "coordinate_precision"),
    PointProperty("evidence", "evidence", edited_as="evidence", in_tiles="after_state"),
    PointProperty("transport", "transport"),
    PointProperty("counterpart", "counterpart", is_derived=True, edited_as="counterpart", is_clearable=True),
    PointProperty("side", "side", is_derived=True, in_tiles="after_state", in_history=False),
    PointProperty("source", None),
    PointProperty("licence", "licence"),
)
# Columns of a version in a response, by the name of the property.
PROPERTY_COLUMNS = {each.name: each.column for each in POINT_PROPERTIES if each.column}
