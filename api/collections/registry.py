"""Registry of the collections, with the parameters and statements of each."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends
from sqlalchemy import Select

from api.collections.point_parameters import RegisterParameters
from api.cql2.cost import CollectionSize
from api.exceptions import NotFound
from api.parameters.shared import (
    ChangesParameters,
    CountriesParameters,
    FeaturesParameters,
    Parameters,
    RestrictionsParameters,
    build_query_parser,
)
from models.queries.changes_between_days import count_changes, select_changes
from models.queries.countries import count_countries, select_countries
from models.queries.extent import select_country_extent, select_point_extent, select_restriction_extent
from models.queries.filters import FeatureFilter
from models.queries.points import count_points, select_points
from models.queries.restrictions import count_restrictions, select_restrictions
from models.tables.bitemporal import Days

KEYWORDS = ("points of entry", "borders", "mobility restrictions", "airports", "ports", "COVID-19")
QGIS_STYLE = "application/vnd.qgis.qml"
NOTICE = "Boundaries and names shown do not imply official endorsement or acceptance, or any opinion on any status."
REGISTER_SIZE = CollectionSize()


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its names, its parameters and its statements."""

    id: str
    title: str
    description: str
    parameters: type[FeaturesParameters]
    answering: Callable[[FeatureFilter], Select[*tuple[Any, ...]]]
    matched: Callable[[FeatureFilter], Select[int]]
    extent: Callable[[dt.date], Select[*tuple[Any, ...]]]
    # Name of an item in a sentence, type of its id in an address, and type of the key that pages are ordered by.
    item: str
    identity: type[str] | type[int]
    key: type[str] | type[int]
    geometry: Literal["Point", "MultiPolygon"] = "Point"
    # For estimates of a filter's cost: sizes of the shipped register and of some months of records.
    size: CollectionSize = REGISTER_SIZE

    def resolve_default_days(self, today: dt.date) -> Days:
        """Return the days of the query when `datetime` is not given."""
        return self.parameters().build_filter(today, None).days


COLLECTIONS = {
    collection.id: collection
    for collection in (
        Collection(
            "points-of-entry",
            "Points of entry",
            "Airports, land and blue border points and internal transit points, each with its entry in the register, "
            "its status and measures on the requested day (`datetime`, default today), and its country's measures "
            "that day.",
            RegisterParameters,
            select_points,
            count_points,
            select_point_extent,
            "point of entry",
            str,
            int,
        ),
        Collection(
            "restrictions",
            "Restrictions",
            "One feature for each recorded status and its measures at a point of entry, from `valid_from` up to, but "
            "not including, `valid_to`; all days, unless `datetime` selects the records of some days.",
            RestrictionsParameters,
            select_restrictions,
            count_restrictions,
            select_restriction_extent,
            "restriction",
            int,
            int,
            size=CollectionSize(items=30_000),
        ),
        Collection(
            "changes",
            "Changes",
            "Points of entry whose status or measures differ between the first and the last of the requested days "
            "(`datetime=first/last`, default the last week): the values before and after.",
            ChangesParameters,
            select_changes,
            count_changes,
            select_point_extent,
            "change",
            str,
            int,
        ),
        Collection(
            "countries",
            "Countries, territories and areas",
            f"The measures in force on the requested day and the points of entry counted by status. {NOTICE}",
            CountriesParameters,
            select_countries,
            count_countries,
            select_country_extent,
            "country",
            str,
            str,
            "MultiPolygon",
            CollectionSize(items=250, vertices=1_300),
        ),
    )
}


async def require_collection(collection_id: str) -> Collection:
    """Return the collection in the path, as a dependency. Raises NotFound."""
    if collection_id not in COLLECTIONS:
        raise NotFound(f"unknown collection {collection_id!r}; expected one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[collection_id]


RequiredCollection = Annotated[Collection, Depends(require_collection)]
CommonParameters = Annotated[Parameters, Depends(build_query_parser(Parameters))]
