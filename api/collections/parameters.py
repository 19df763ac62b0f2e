"""Parameters of every collection."""

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from api.cql2.limits import URL_LIMITS
from api.parameters.bounds import MaxCharacters
from api.parameters.shared import GeometryParameters
from api.parameters.types import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    BooleanParameter,
    BoxParameter,
    CrsParameter,
    Iso3s,
    Limit,
    Sorts,
    Values,
)
from geo.bbox import ProjectedBox
from geo.crs import CRS84
from models.queries.filters import FeatureFilter
from models.tables.bitemporal import Days

# A cursor holds the values of the sort keys, and a comment may be long.
MAX_CURSOR_CHARACTERS = 20_000


class FeaturesParameters(GeometryParameters):
    """Parameters of every collection.

    Every property is a parameter too: `iata=NAN` selects the features with this value. A collection with filters of its
    own has a subclass, with a `filter_type` that has fields for them.
    """

    filter_type: ClassVar[type[FeatureFilter]] = FeatureFilter

    limit: Limit | None = Field(
        None,
        description=f"Maximum features on a page, at most {MAX_LIMIT:,}; default: {DEFAULT_LIMIT}, or all in a file.",
    )
    bbox_crs: CrsParameter = Field(
        CRS84,
        alias="bbox-crs",
        description="URI of the coordinate reference system of `bbox`.",
        json_schema_extra={"type": "string", "format": "uri"},
    )
    bbox: BoxParameter = Field(
        None,
        description="west,south,east,north in degrees; if west is greater than east, or east is above 180, it crosses "
        "the antimeridian.",
    )
    filter: Annotated[str, MaxCharacters(URL_LIMITS.characters)] | None = Field(
        None, description="CQL2 condition on the properties listed under `queryables`."
    )
    filter_lang: Literal["cql2-text", "cql2-json", "cql-text"] = Field(
        "cql2-text",
        alias="filter-lang",
        description="Encoding of `filter`: CQL2 text or JSON. `cql-text`, which GDAL sends, means CQL2 text too.",
    )
    filter_crs: CrsParameter = Field(
        CRS84,
        alias="filter-crs",
        description="URI of the coordinate reference system of geometries in `filter`.",
        json_schema_extra={"type": "string", "format": "uri"},
    )
    sortby: Sorts = Field((), description="Properties to sort by, in order; `-` before a property means descending.")
    properties: Values = Field((), description="Properties to return; default: all.")
    skip_geometry: BooleanParameter = Field(None, alias="skipGeometry", description="true: omit geometries.")
    hxl: BooleanParameter = Field(
        None, description="false: CSV without the row of HXL tags, for pandas, R and BI tools."
    )
    bom: BooleanParameter = Field(
        None, description="true: CSV begins with a byte order mark, so that Excel reads it as UTF-8."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    after: Annotated[str, MaxCharacters(MAX_CURSOR_CHARACTERS)] | None = Field(
        None, description="Page cursor, from a `next` link."
    )

    @property
    def is_plain(self) -> bool:
        """True if the request has only parameters of every collection, and no `filter`: it needs no condition."""
        return self.model_fields_set <= PLAIN_PARAMETERS

    def build_filter(self, today: dt.date, as_known_at: dt.datetime | None) -> FeatureFilter:
        """Build the query as of the moment, or as of now."""
        return self.filter_type(
            days=self.datetime or Days.on(today),
            as_known_at=as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            box=self.bbox.split_at_antimeridian() if self.bbox else None,
            box_srid=self.bbox.srid if isinstance(self.bbox, ProjectedBox) else None,
            **({} if self.is_plain else self._get_collection_filters()),
        )

    def _get_collection_filters(self) -> dict[str, Any]:
        """Build the further filters of the collection, fields of its `filter_type`; None for parameters not given."""
        return {}

    def write_condition(self, day: dt.date) -> str | None:  # noqa: ARG002 - of a parameter that some collections have
        """Write the collection's own condition on its properties on the day, in CQL2; None without one."""
        return None


PLAIN_PARAMETERS = frozenset(FeaturesParameters.model_fields) - {"filter"}
