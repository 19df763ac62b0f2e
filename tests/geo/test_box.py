"""Boxes on the globe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.box import Box, InvalidBox

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)
WHOLE_LONGITUDES = st.integers(-179, 179)


def test_a_box_is_west_south_east_north() -> None:
    assert Box.parse("19.3,42.2,23.0,46.2") == Box(west=19.3, south=42.2, east=23.0, north=46.2)


def test_heights_of_a_box_are_passed_over() -> None:
    assert Box.parse("1,2,-100,3,4,9000") == Box(1, 2, 3, 4)


def test_spaces_around_numbers_do_no_harm() -> None:
    assert Box.parse(" 1, 2 ,3 , 4") == Box(1, 2, 3, 4)


def test_a_box_is_one_half() -> None:
    assert Box(1, 2, 3, 4).halves() == ((1, 2, 3, 4),)


def test_a_box_across_the_antimeridian_is_two_halves() -> None:
    assert Box(170, -25, -170, -10).halves() == ((170, -25, 180, -10), (-180, -25, -170, -10))


def test_the_antimeridian_is_in_both_halves_of_a_box_across_it() -> None:
    western, eastern = Box(180, 0, -180, 1).halves()
    assert (western, eastern) == ((180, 0, 180, 1), (-180, 0, -180, 1))


@given(LONGITUDES, LONGITUDES, LATITUDES, LATITUDES)
def test_halves_run_from_west_to_east(west: float, east: float, one: float, other: float) -> None:
    box = Box(west, min(one, other), east, max(one, other))
    assert all(half[0] <= half[2] and half[1] <= half[3] for half in box.halves())


@given(WHOLE_LONGITUDES, WHOLE_LONGITUDES, WHOLE_LONGITUDES)
def test_what_lies_on_the_way_from_west_to_east_lies_in_a_half(west: int, east: int, longitude: int) -> None:
    on_the_way = (longitude - west) % 360 <= (east - west) % 360
    assert any(half[0] <= longitude <= half[2] for half in Box(west, 0, east, 1).halves()) == on_the_way


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_a_box_is_read_as_it_is_written(west: float, south: float, east: float, north: float) -> None:
    box = Box(west, min(south, north), east, max(south, north))
    assert Box.parse(f"{box.west!r},{box.south!r},{box.east!r},{box.north!r}") == box


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2,3", r"a box has 4 numbers \(west,south,east,north\) or 6, not 3"),
        ("1,2,3,4,5", "not 5"),
        ("1,2,three,4", "'three' is not a number"),
        ("1,2,3,", "'' is not a number"),
        ("nan,2,3,4", "'nan' is not a finite number"),
        ("1,2,inf,4", "'inf' is not a finite number"),
        ("1,2,3e400,4", "is not a finite number"),
        ("-180.1,2,3,4", "west is -180.1, outside -180 to 180"),
        ("1,2,190,4", "east is 190, outside -180 to 180"),
        ("1,-90.5,3,4", "south is -90.5, outside -90 to 90"),
        ("1,2,3,100", "north is 100, outside -90 to 90"),
        ("1,4,3,2", "south 4 lies north of north 2"),
    ],
)
def test_what_is_not_a_box_says_why(text: str, reason: str) -> None:
    with pytest.raises(InvalidBox, match=reason):
        Box.parse(text)
