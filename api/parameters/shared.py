"""Query parameters, validated and typed before any other work."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from api.cql2.limits import URL_LIMITS
from api.parameters.bounds import MaxCharacters, accepts_list, check_query_size, find_long_values
from api.parameters.errors import BadParameters
from api.parameters.hints import DATETIME_SCHEMA, INSTANT_SCHEMA
from api.parameters.types import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    BooleanParameter,
    BoxParameter,
    CrsParameter,
    DaysParameter,
    Format,
    Iso3s,
    Limit,
    MomentParameter,
    Sorts,
    Values,
)
from api.responses.representation import KEY_IN_QUERY
from geo.bbox import ProjectedBox
from geo.crs import CRS84
from models.queries.filters import FeatureFilter
from models.tables.bitemporal import Days

# A cursor holds the values of the sort keys, and a comment may be long.
MAX_CURSOR_CHARACTERS = 20_000


class Parameters(BaseModel):
    """Parameters of every address. A subclass adds its own; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    f: Format | None = Field(None, description="Format of the response; takes precedence over `Accept`.")


class DayParameters(Parameters):
    """Valid time."""

    datetime: DaysParameter = Field(
        None,
        description="Day (default: today, UTC), or interval `first/last`, where `..` means open.",
        json_schema_extra=DATETIME_SCHEMA,
    )


class ClocksParameters(DayParameters):
    """The two clocks: valid time and transaction time."""

    as_known_at: MomentParameter = Field(
        None,
        description="Return the data as of this moment. A date means the end of that day, UTC.",
        json_schema_extra=INSTANT_SCHEMA,
    )


class GeometryParameters(ClocksParameters):
    """Reference system of geometries in the response."""

    crs: CrsParameter = Field(
        CRS84,
        description="URI of the coordinate reference system of returned geometries; see /collections.",
        json_schema_extra={"type": "string", "format": "uri"},
    )


class ItemParameters(GeometryParameters):
    """Parameters of one item."""


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

    def build_filter(self, today: dt.date, as_known_at: dt.datetime | None) -> FeatureFilter:
        """Build the query as of the moment, or as of now."""
        return self.filter_type(
            days=self.datetime or Days.on(today),
            as_known_at=as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            box=self.bbox.split_at_antimeridian() if self.bbox else None,
            box_srid=self.bbox.srid if isinstance(self.bbox, ProjectedBox) else None,
            **self._get_collection_filters(),
        )

    def _get_collection_filters(self) -> dict[str, Any]:
        """Build the further filters of the collection, fields of its `filter_type`."""
        return {}

    def write_condition(self, day: dt.date) -> str | None:  # noqa: ARG002 - of a parameter that some collections have
        """Write the collection's own condition on its properties on the day, in CQL2; None without one."""
        return None


P = TypeVar("P", bound=Parameters)


def build_query_parser(model: type[P]) -> Callable[[Request], Awaitable[P]]:
    """Build a dependency that parses the query parameters as `model`. Raises BadParameters."""

    async def parse(request: Request) -> P:
        return validate_parameters(model, collect_parameters(request, model))

    return parse


def validate_parameters(model: type[P], values: Mapping[str, str]) -> P:
    """Validate the parameters as `model`. Raises BadParameters."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadParameters([_describe_error(detail, values, model) for detail in error.errors()]) from None


def collect_parameters(request: Request, model: type[Parameters]) -> dict[str, str]:
    """Collect the parameters of the request by name; only a parameter with several values may be repeated.

    A parameter of the model without a value is ignored, because a form sends its empty fields like that. The API key is
    left out. Raises BadParameters.
    """
    fields = map_parameter_fields(model)
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != KEY_IN_QUERY]
    if excess := check_query_size(request.scope["query_string"], pairs):
        raise BadParameters([excess])
    values: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in value:
            raise _build_error(name, value, "contains a NUL character")
        if not value and name in fields:
            continue
        if name in values and not (name in fields and accepts_list(fields[name])):
            # QGIS adds the parameters of a connection to links that have them already.
            if value == values[name]:
                continue
            raise _build_error(name, value, "is repeated")
        values[name] = f"{values[name]},{value}" if name in values else value
    if long := find_long_values(values, fields):
        raise BadParameters(long)
    return values


def _build_error(parameter: str, value: str, reason: str) -> BadParameters:
    return BadParameters([{"parameter": parameter, "value": value, "reason": reason}])


@cache
def map_parameter_fields(model: type[Parameters]) -> dict[str, FieldInfo]:
    """Map the names of parameters in an address to their fields."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _describe_error(detail: ErrorDetails, values: Mapping[str, str], model: type[Parameters]) -> dict[str, str]:
    name = str(detail["loc"][0])
    reason = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        reason = f"unknown parameter; expected one of {', '.join(map_parameter_fields(model))}"
    return {"parameter": name, "value": values.get(name, ""), "reason": reason}
