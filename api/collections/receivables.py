"""Receivables (OGC API - Features Part 5): writable properties of an item, with their columns of a submission."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.collections.registry import Collection


@dataclass(frozen=True, slots=True)
class Receivables:
    """Writable properties of a collection.

    `columns` are the columns of a submission's row, by property. `once` are set when the item is created and never
    change. `elsewhere` are properties of a day, which another collection receives: an item that is created with one of
    them is refused, because a closed border would look like an open border.
    """

    columns: Mapping[str, str]
    create_only: frozenset[str]
    day_properties: frozenset[str] = field(default_factory=frozenset)


EDITABLE_COLLECTIONS = {
    "points-of-entry": Receivables(
        {
            "code": "point",
            "name": "name",
            "poe_type": "poe_type",
            "country": "country",
            "other_country": "other_country",
            "iata": "iata",
            "icao": "icao",
            "unlocode": "unlocode",
            "official_status": "official_status",
            "counterpart": "counterpart",
            "evidence": "evidence",
            "opening_hours": "opening_hours",
            "lifecycle": "action",
        },
        frozenset({"code", "country"}),
        frozenset({"operational_status", "measures", "affected_populations", "expected_duration", "announced_end"}),
    ),
    "restrictions": Receivables(
        {
            "code": "point",
            "operational_status": "operational_status",
            "measures": "measures",
            "affected_populations": "affected_populations",
            "expected_duration": "expected_duration",
            "announced_end": "announced_end",
            "valid_from": "valid_from",
            "valid_to": "valid_until",
            "source": "source",
            "source_url": "source_url",
            "confidence": "confidence",
            "comment": "comment",
        },
        frozenset({"code"}),
    ),
}
# Columns of a submission's row that replace a geometry and a list of measures.
PROPERTY_BY_COLUMN = {"longitude": "geometry", "latitude": "geometry", "measure": "measures"}


def is_writable(collection: Collection, name: str) -> bool:
    """Return whether the property is writable."""
    return collection.id in EDITABLE_COLLECTIONS and name in EDITABLE_COLLECTIONS[collection.id].columns


def find_property(collection: Collection, column: str) -> str:
    """Find the member of a feature that became the column of a submission's row."""
    by_column = {column: name for name, column in EDITABLE_COLLECTIONS[collection.id].columns.items()}
    return (by_column | PROPERTY_BY_COLUMN).get(column, column)
