"""Query parameters of every address: collected from the request, and validated and typed before any other work."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from api.parameters.bounds import (
    MAX_PARAMETERS,
    MAX_QUERY_BYTES,
    ParameterError,
    accepts_list,
    get_max_characters,
)
from api.parameters.errors import BadParameters
from api.parameters.hints import DATETIME_SCHEMA, INSTANT_SCHEMA
from api.parameters.types import CrsParameter, DaysParameter, Format, MomentParameter
from api.responses.representation import KEY_IN_QUERY
from geo.crs import CRS84


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
    fields, repeatable = map_parameter_fields(model), _list_repeatable(model)
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != KEY_IN_QUERY]
    if excess := _check_query_size(request.scope["query_string"], pairs):
        raise BadParameters([excess])
    values: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in value:
            raise _build_error(name, value, "contains a NUL character")
        if not value and name in fields:
            continue
        if name in values and name not in repeatable:
            # QGIS adds the parameters of a connection to links that have them already.
            if value == values[name]:
                continue
            raise _build_error(name, value, "is repeated")
        values[name] = f"{values[name]},{value}" if name in values else value
    if long := _find_long_values(values, model):
        raise BadParameters(long)
    return values


def _check_query_size(query_string: bytes, parameters: Sequence[tuple[str, str]]) -> ParameterError | None:
    """Check the size of a query string and the number of its parameters; return an error or None."""
    if parameters and len(query_string) > MAX_QUERY_BYTES:
        name, value = max(parameters, key=lambda pair: len(pair[0]) + len(pair[1]))
        reason = f"is the longest parameter; all parameters together have more than {MAX_QUERY_BYTES:,} bytes"
        return {"parameter": name, "value": value, "reason": reason}
    if len(parameters) > MAX_PARAMETERS:
        name, value = parameters[MAX_PARAMETERS]
        reason = f"is one of {len(parameters):,} parameters; at most {MAX_PARAMETERS:,} are allowed"
        return {"parameter": name, "value": value, "reason": reason}
    return None


def _find_long_values(values: Mapping[str, str], model: type[Parameters]) -> list[ParameterError]:
    """Find the values that are longer than their parameter allows; return an error for each."""
    limits = _map_max_characters(model)
    return [
        {
            "parameter": name,
            "value": value,
            "reason": f"has {len(value):,} characters; at most {limits[name]:,} are allowed",
        }
        for name, value in values.items()
        if name in limits and len(value) > limits[name]
    ]


@cache
def _map_max_characters(model: type[Parameters]) -> dict[str, int]:
    return {name: get_max_characters(field) for name, field in map_parameter_fields(model).items()}


@cache
def _list_repeatable(model: type[Parameters]) -> frozenset[str]:
    """List the parameters with several values, which may be repeated."""
    return frozenset(name for name, field in map_parameter_fields(model).items() if accepts_list(field))


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
