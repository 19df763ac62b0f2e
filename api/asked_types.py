"""Types of query parameters, with their parsing and checks."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from api.box_parameter import parse_box
from api.parameter_bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, MaxCharacters
from api.parameter_hints import OneOf, WrittenAs
from api.shorten import shorten
from api.time_parameters import parse_days, parse_moment
from api.values.numbers import parse_whole
from api.values.texts import ascii_digits
from api.values.truths import parse_truth
from geo.box import Box, ProjectedBox
from geo.crs import Crs, crs_of
from models.answer_page import Sort
from models.codes import codes, nearest_codes
from models.time_axes import Days

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 10_000


def _split(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - text from an address, or a default
    if not isinstance(value, str):
        return tuple(value)
    parts = tuple(part.strip() for part in value.split(","))
    if not all(parts):
        raise ValueError("a value between the commas is empty")
    if len(parts) > MAX_ITEMS:
        raise ValueError(f"has {len(parts):,} values; at most {MAX_ITEMS} are read")
    if long := [part for part in parts if len(part) > MAX_ITEM_CHARACTERS]:
        raise ValueError(f"{shorten(long[0])!r} has more than {MAX_ITEM_CHARACTERS} characters")
    return parts


def _refuse_doubles(values: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """Refuse a value that is given twice: the second adds nothing and costs as much again."""
    twice = [name for name, times in Counter(map(_name, values)).items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is named twice")
    return values


def _name(value: Hashable) -> Hashable:
    return value.column if isinstance(value, Sort) else value


def _codes_of(code_list: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value not in codes(code_list):
                raise ValueError(f"{value!r} is not a code of {code_list}{_did_you_mean(code_list, value)}")
        return values

    return check


def _did_you_mean(code_list: str, value: str) -> str:
    near = nearest_codes(code_list, value)
    return f"; did you mean {' or '.join(near)}?" if near else f"; its codes are {', '.join(codes(code_list))}"


def _upper(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.upper() for value in values)


def _clamped(value: Any) -> Any:  # noqa: ANN401 - text from an address, or a default
    """Parse a limit. A number above `LARGEST_LIMIT`, of any length, counts as it (OGC API - Features, 7.15.2)."""
    if not isinstance(value, str):
        return value
    plain = ascii_digits(value)
    if plain.isascii() and plain.isdecimal():
        return min(int(plain.lstrip("0")[: len(str(LARGEST_LIMIT)) + 1] or 0), LARGEST_LIMIT)
    return parse_whole(value)


def _box(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
    """Parse the box in the coordinates of `bbox-crs`, which is validated first; skip it if `bbox-crs` is invalid."""
    crs = info.data.get("bbox_crs")
    return value if value is None or crs is None else parse_box(value, crs)


def _sorts(value: Any) -> Any:  # noqa: ANN401
    """Parse sort keys: `-` is descending; `+`, which arrives as a space if it is not encoded, is ascending.

    A property sorts once: a second sort by it, in either direction, has no effect.
    """
    return tuple(Sort(part.lstrip("+- "), part.startswith("-")) for part in _split(value)) if value else ()


def _if_given(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: value if value is None else parse(value)


def _boolean(value: Any) -> Any:  # noqa: ANN401
    return parse_truth(value) if isinstance(value, str) else value


Values = Annotated[
    tuple[str, ...], BeforeValidator(_split), Field(max_length=MAX_ITEMS), AfterValidator(_refuse_doubles)
]
Iso3s = Annotated[Values, AfterValidator(_upper), AfterValidator(_refuse_doubles), WrittenAs("^[A-Za-z]{3}$")]
PoeTypes = Annotated[Values, AfterValidator(_codes_of("poe_type")), OneOf(codes("poe_type"))]
StatusGroups = Annotated[Values, AfterValidator(_codes_of("status_group")), OneOf(codes("status_group"))]
OperationalStatuses = Annotated[
    Values, AfterValidator(_codes_of("operational_status")), OneOf(codes("operational_status"))
]
Measures = Annotated[Values, AfterValidator(_codes_of("measure")), OneOf(codes("measure"))]
Populations = Annotated[Values, AfterValidator(_codes_of("affected_population")), OneOf(codes("affected_population"))]
Limit = Annotated[int, BeforeValidator(_clamped), Field(ge=1, le=LARGEST_LIMIT)]
Text = Annotated[str, MaxCharacters(MAX_ITEM_CHARACTERS)]
AskedDays = Annotated[Days | None, BeforeValidator(_if_given(parse_days))]
AskedMoment = Annotated[dt.datetime | None, BeforeValidator(_if_given(parse_moment))]
AskedCrs = Annotated[Crs, BeforeValidator(lambda value: crs_of(value) if isinstance(value, str) else value)]
AskedBox = Annotated[Box | ProjectedBox | None, BeforeValidator(_box)]
Sorts = Annotated[
    tuple[Sort, ...], BeforeValidator(_sorts), Field(max_length=MAX_ITEMS), AfterValidator(_refuse_doubles)
]
YesOrNo = Annotated[bool | None, BeforeValidator(_boolean)]
Format = Literal["json", "html"]
FormName = Literal[
    "json", "html", "geojson", "geojsonseq", "jsonfg", "csv", "xlsx", "gpkg", "fgb", "parquet", "kml", "shp", "ods"
]
