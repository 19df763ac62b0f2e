"""Numbers as query parameters, for pydantic."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from api.values.numbers import MAX_INT32, MAX_INT64, parse_decimal, parse_whole


def _parse_if_text(parse: Callable[[str], float]) -> Callable[[Any], Any]:
    """Parse values that are text: values of an address are, defaults are not."""
    return lambda value: parse(value) if isinstance(value, str) else value


WholeNumber = Annotated[int, BeforeValidator(_parse_if_text(parse_whole))]
DecimalNumber = Annotated[float, BeforeValidator(_parse_if_text(parse_decimal))]
# Number of a row in the database, and number of an edition, which has 32 bits.
RowNumber = Annotated[WholeNumber, Field(ge=1, le=MAX_INT64)]
EditionNumber = Annotated[WholeNumber, Field(ge=1, le=MAX_INT32)]
