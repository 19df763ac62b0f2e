"""Types of query parameters, with their parsing and checks."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from api.messages.suggestions import format_suggestions
from api.parameters.bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, MaxCharacters
from api.parameters.errors import shorten
from api.parameters.hints import AllowedValues, ValuePattern
from api.values.datetimes import parse_days, parse_moment
from api.values.numbers import MAX_INT32, MAX_INT64, parse_decimal, parse_number, parse_truth, parse_whole
from api.values.texts import convert_digits
from geo.bbox import Box, InvalidBox, ProjectedBox
from geo.crs import Crs, build_box, parse_crs
from models.codes import list_codes, suggest_codes
from models.queries.pagination import Sort
from models.tables.bitemporal import Days


def parse_box(text: str, crs: Crs) -> Box | ProjectedBox:
    """Parse a box of four numbers, or of six with heights, which are ignored. Raises InvalidBox.

    Its corners are in the coordinates of `crs`, in the order of its axes.
    """
    numbers = [_parse_coordinate(part.strip()) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4:
        raise InvalidBox(f"a box has 4 numbers (west,south,east,north) or 6, not {len(numbers)}")
    first, second, third, fourth = numbers
    return build_box((first, second, third, fourth), crs)


def _parse_coordinate(text: str) -> float:
    try:
        return parse_number(text)
    except ValueError as error:
        raise InvalidBox(f"{text!r} {error}") from None


DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000


def _split_values(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - text from an address, or a default
    if not isinstance(value, str):
        return tuple(value)
    parts = tuple(part.strip() for part in value.split(","))
    if not all(parts):
        raise ValueError("a value between the commas is empty")
    if len(parts) > MAX_ITEMS:
        raise ValueError(f"has {len(parts):,} values; at most {MAX_ITEMS} are allowed")
    if long := [part for part in parts if len(part) > MAX_ITEM_CHARACTERS]:
        raise ValueError(f"{shorten(long[0])!r} has more than {MAX_ITEM_CHARACTERS} characters")
    return parts


def _refuse_duplicates(values: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """Refuse a value that is repeated: the second adds nothing and costs as much again."""
    twice = [name for name, times in Counter(map(_get_name, values)).items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is repeated")
    return values


def _get_name(value: Hashable) -> Hashable:
    return value.column if isinstance(value, Sort) else value


def _build_code_check(code_list: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def check_codes(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value not in list_codes(code_list):
                raise ValueError(f"{value!r} is not a code of {code_list}{format_code_hint(code_list, value)}")
        return values

    return check_codes


def format_code_hint(code_list: str, value: str) -> str:
    """Format the end of a message about an unknown code: the most similar codes, or all codes of the list."""
    return format_suggestions(suggest_codes(code_list, value), f"; expected one of {', '.join(list_codes(code_list))}")


def _normalise_iso3s(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.upper() for value in values)


def _parse_limit(value: Any) -> Any:  # noqa: ANN401 - text from an address, or a default
    """Parse a limit. A number above `MAX_LIMIT`, of any length, counts as it (OGC API - Features, 7.15.2)."""
    if not isinstance(value, str):
        return value
    plain = convert_digits(value)
    if plain.isascii() and plain.isdecimal():
        return min(int(plain.lstrip("0")[: len(str(MAX_LIMIT)) + 1] or 0), MAX_LIMIT)
    return parse_whole(value)


def _parse_bbox(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
    """Parse the box in the coordinates of `bbox-crs`, which is validated first; skip it if `bbox-crs` is invalid."""
    crs = info.data.get("bbox_crs")
    return value if value is None or crs is None else parse_box(value, crs)


def _parse_sorts(value: Any) -> Any:  # noqa: ANN401
    """Parse sort keys: `-` is descending; `+`, which arrives as a space if it is not encoded, is ascending.

    A property sorts once: a second sort by it, in either direction, has no effect.
    """
    return tuple(Sort(part.lstrip("+- "), part.startswith("-")) for part in _split_values(value)) if value else ()


def _parse_if_text(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Parse values that are text: values of an address are, defaults are not."""
    return lambda value: parse(value) if isinstance(value, str) else value


Values = Annotated[
    tuple[str, ...], BeforeValidator(_split_values), Field(max_length=MAX_ITEMS), AfterValidator(_refuse_duplicates)
]
Iso3s = Annotated[
    Values, AfterValidator(_normalise_iso3s), AfterValidator(_refuse_duplicates), ValuePattern("^[A-Za-z]{3}$")
]
PoeTypes = Annotated[Values, AfterValidator(_build_code_check("poe_type")), AllowedValues(list_codes("poe_type"))]
StatusGroups = Annotated[
    Values, AfterValidator(_build_code_check("status_group")), AllowedValues(list_codes("status_group"))
]
OperationalStatuses = Annotated[
    Values, AfterValidator(_build_code_check("operational_status")), AllowedValues(list_codes("operational_status"))
]
Measures = Annotated[Values, AfterValidator(_build_code_check("measure")), AllowedValues(list_codes("measure"))]
Populations = Annotated[
    Values, AfterValidator(_build_code_check("affected_population")), AllowedValues(list_codes("affected_population"))
]
Limit = Annotated[int, BeforeValidator(_parse_limit), Field(ge=1, le=MAX_LIMIT)]
Text = Annotated[str, MaxCharacters(MAX_ITEM_CHARACTERS)]
DaysParameter = Annotated[Days, BeforeValidator(parse_days)] | None
MomentParameter = Annotated[dt.datetime, BeforeValidator(parse_moment)] | None
CrsParameter = Annotated[Crs, BeforeValidator(_parse_if_text(parse_crs))]
BoxParameter = Annotated[Box | ProjectedBox | None, BeforeValidator(_parse_bbox)]
Sorts = Annotated[
    tuple[Sort, ...], BeforeValidator(_parse_sorts), Field(max_length=MAX_ITEMS), AfterValidator(_refuse_duplicates)
]
BooleanParameter = Annotated[bool | None, BeforeValidator(_parse_if_text(parse_truth))]
Format = Literal["json", "html"]


WholeNumber = Annotated[int, BeforeValidator(_parse_if_text(parse_whole))]
DecimalNumber = Annotated[float, BeforeValidator(_parse_if_text(parse_decimal))]
# Number of a row in the database, and number of an edition, which has 32 bits.
RowNumber = Annotated[WholeNumber, Field(ge=1, le=MAX_INT64)]
EditionNumber = Annotated[WholeNumber, Field(ge=1, le=MAX_INT32)]
