"""Parsing of `bbox` (OGC API - Features Part 1, 7.15.3)."""

from api.values.numbers import parse_number
from geo.box import Box, InvalidBox, ProjectedBox
from geo.crs import Crs, build_box


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
