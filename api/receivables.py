"""Which properties of an item may be written, and by which columns of a submission they say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.collections import Collection


@dataclass(frozen=True, slots=True)
class Receivables:
    """`columns` are those of a submission's row, by property. `once` are said when the item is made and stay.

    `elsewhere` are properties that say something of the day, which is another collection's to receive: an item that
    is made with one of them is refused, or a closed border would look like an open one.
    """

    columns: Mapping[str, str]
    once: frozenset[str]
    elsewhere: frozenset[str] = field(default_factory=frozenset)


EDITABLE = {
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
# What a row of a submission has in place of a geometry, and of a list of measures.
INSTEAD = {"longitude": "geometry", "latitude": "geometry", "measure": "measures"}


def is_received(collection: Collection, name: str) -> bool:
    """Whether the property may be written at all."""
    return collection.id in EDITABLE and name in EDITABLE[collection.id].columns


def property_of(collection: Collection, column: str) -> str:
    """The member of a feature that a column of a submission's row was said by."""
    by_column = {column: name for name, column in EDITABLE[collection.id].columns.items()}
    return (by_column | INSTEAD).get(column, column)
