"""Numbers as query parameters, for pydantic."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from api.values.numbers import LARGEST_INT32, LARGEST_INT64, parse_decimal, parse_whole


def _if_text(parse: Callable[[str], float]) -> Callable[[Any], Any]:
    """Parse values that are text: values of an address are, defaults are not."""
    return lambda value: parse(value) if isinstance(value, str) else value


Whole = Annotated[int, BeforeValidator(_if_text(parse_whole))]
Decimal = Annotated[float, BeforeValidator(_if_text(parse_decimal))]
# Number of a row in the database, and number of an edition, which has 32 bits.
RowNumber = Annotated[Whole, Field(ge=1, le=LARGEST_INT64)]
EditionNumber = Annotated[Whole, Field(ge=1, le=LARGEST_INT32)]
