"""Boxes on the globe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.bbox import Box, InvalidBox

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)
WHOLE_LONGITUDES = st.integers(-179, 179)


def test_box_is_one_half() -> None:
    assert Box(1, 2, 3, 4).split_at_antimeridian() == ((1, 2, 3, 4),)


def test_box_across_the_antimeridian_is_two_halves() -> None:
    assert Box(170, -25, -170, -10).split_at_antimeridian() == ((170, -25, 180, -10), (-180, -25, -170, -10))


def test_antimeridian_is_in_both_halves_of_a_box_across_it() -> None:
    western, eastern = Box(180, 0, -180, 1).split_at_antimeridian()
    assert (western, eastern) == ((180, 0, 180, 1), (-180, 0, -180, 1))


@given(LONGITUDES, LONGITUDES, LATITUDES, LATITUDES)
def test_halves_run_from_west_to_east(west: float, east: float, one: float, other: float) -> None:
    box = Box(west, min(one, other), east, max(one, other))
    assert all(half[0] <= half[2] and half[1] <= half[3] for half in box.split_at_antimeridian())


@given(WHOLE_LONGITUDES, WHOLE_LONGITUDES, WHOLE_LONGITUDES)
def test_longitudes_between_west_and_east_lie_in_a_half(west: int, east: int, longitude: int) -> None:
    on_the_way = (longitude - west) % 360 <= (east - west) % 360
    assert any(half[0] <= longitude <= half[2] for half in Box(west, 0, east, 1).split_at_antimeridian()) == on_the_way


@pytest.mark.parametrize(
    ("sides", "sides_on_the_globe"),
    [
        ((170, 0, 190, 1), (170, 0, -170, 1)),
        ((-190, 0, -170, 1), (170, 0, -170, 1)),
        ((530, 0, 550, 1), (170, 0, -170, 1)),
        ((185, 0, 190, 1), (-175, 0, -170, 1)),
        ((1, 0, 190, 1), (1, 0, -170, 1)),
        ((-200, 0, 160, 1), (-180, 0, 180, 1)),
        ((-1e300, 0, 1e300, 1), (-180, 0, 180, 1)),
        ((-180, 0, 180, 1), (-180, 0, 180, 1)),
        ((190, 0, 170, 1), (-170, 0, 170, 1)),
        ((3_770, 0, 3_780, 1), (170, 0, -180, 1)),
    ],
)
def test_box_of_another_world_is_the_same_box_on_this_one(
    sides: tuple[float, float, float, float], sides_on_the_globe: tuple[float, float, float, float]
) -> None:
    assert Box.build(*sides) == Box(*sides_on_the_globe)


@given(WHOLE_LONGITUDES, st.integers(0, 359), WHOLE_LONGITUDES, st.integers(-9, 9))
def test_box_holds_the_same_longitudes_on_every_world(west: int, width: int, longitude: int, world: int) -> None:
    here, there = (Box.build(west + 360 * each, 0, west + width + 360 * each, 1) for each in (0, world))
    assert here.split_at_antimeridian() == there.split_at_antimeridian()
    assert any(half[0] <= longitude <= half[2] for half in here.split_at_antimeridian()) == (
        (longitude - west) % 360 <= width
    )


@pytest.mark.parametrize("sides", [(170, 0, 180, 1), (170, 0, -180, 1), (-180, 0, -170, 1), (180, 0, -170, 1)])
def test_box_that_ends_at_the_antimeridian_has_both_of_its_numbers(sides: tuple[float, float, float, float]) -> None:
    halves = Box(*sides).split_at_antimeridian()
    assert all(any(half[0] <= longitude <= half[2] for half in halves) for longitude in (180, -180))


@pytest.mark.parametrize(
    ("sides", "reason"),
    [
        ((3_781, 0, 3_790, 1), "west is 3781, outside -3780 to 3780"),
        ((0, 0, -1e300, 1), r"east is -1e\+300, outside -3780 to 3780"),
        ((-180.0000000000001, -91, 1, 1), "south is -91, outside -90 to 90"),
        ((1, -90.5, 3, 4), "south is -90.5, outside -90 to 90"),
        ((1, 2, 3, 100), "north is 100, outside -90 to 90"),
        ((1, 4, 3, 2), "south 4 lies north of north 2"),
    ],
)
def test_bbox_outside_the_globe_is_explained(sides: tuple[float, float, float, float], reason: str) -> None:
    with pytest.raises(InvalidBox, match=reason):
        Box.build(*sides)
