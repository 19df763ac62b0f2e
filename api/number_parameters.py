"""Numbers in an address, for pydantic."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from api.values.numbers import LARGEST_INT32, LARGEST_INT64, parse_decimal, parse_whole


def _if_text(parse: Callable[[str], float]) -> Callable[[Any], Any]:
    """What stands in an address is text; a default is not."""
    return lambda value: parse(value) if isinstance(value, str) else value


Whole = Annotated[int, BeforeValidator(_if_text(parse_whole))]
Decimal = Annotated[float, BeforeValidator(_if_text(parse_decimal))]
# The number of a row in the database; of an edition, which is counted in 32 bits.
RowNumber = Annotated[Whole, Field(ge=1, le=LARGEST_INT64)]
EditionNumber = Annotated[Whole, Field(ge=1, le=LARGEST_INT32)]
