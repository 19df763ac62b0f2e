"""Restrictions: one feature for each record of what held at a point."""

import datetime as dt
from dataclasses import replace

from api.collections.collection import (
    ALL_DAYS,
    Collection,
    EditingDefinition,
    ItemsPage,
    QgisLayer,
    QgisTime,
    StatusSymbols,
    TileDefinition,
)
from api.collections.point_parameters import POINT_CHOICES, POINT_TILE_PROPERTIES, PointsParameters
from api.cql2.cost import CollectionSize
from models.queries.extent import select_restriction_extent
from models.queries.filters import FeatureFilter
from models.queries.restrictions import count_restrictions, select_restrictions


class RestrictionsParameters(PointsParameters):
    """Parameters of the restrictions, which cover all days by default."""

    def build_filter(self, today: dt.date, as_known_at: dt.datetime | None) -> FeatureFilter:
        question = super().build_filter(today, as_known_at)
        return question if self.datetime else replace(question, days=ALL_DAYS)


RESTRICTION_EDITING = EditingDefinition(
    "record",
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
)
RESTRICTIONS = Collection(
    id="restrictions",
    title="Restrictions",
    description="One feature for each recorded status and its measures at a point of entry, from `valid_from` up to, "
    "but not including, `valid_to`; all days, unless `datetime` selects the records of some days.",
    item="restriction",
    parameters=RestrictionsParameters,
    answering=select_restrictions,
    matched=count_restrictions,
    extent=select_restriction_extent,
    tile=TileDefinition(("record", *POINT_TILE_PROPERTIES, "valid_from", "valid_to"), clusters="status"),
    symbols=StatusSymbols(),
    qgis=QgisLayer(
        place=3,
        view="Step through time",
        time=QgisTime("valid_from", "valid_to", "start_datetime", "end_datetime"),
    ),
    page=ItemsPage(
        (
            ("code", "Point"),
            ("name", "Name"),
            ("country", "Country"),
            ("operational_status", "Status"),
            ("measures", "Measures"),
            ("valid_from", "Since"),
            ("valid_to", "Until, exclusive"),
            ("confidence", "Confidence"),
        ),
        POINT_CHOICES,
        id_heading="Record",
    ),
    identity=int,
    size=CollectionSize(items=30_000),
    editing=RESTRICTION_EDITING,
)
