"""Map tiles of WebMercatorQuad."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tile_matrix import BUFFER, EXTENT, MERCATOR_LATITUDE, NoSuchTile, compute_tile_box, compute_unit_degrees

ZOOMS = st.integers(0, 22)


def tile_of(z: int, longitude: float, latitude: float) -> tuple[int, int]:
    """The column and row of the tile in which a place lies."""
    count = 2**z
    column = (longitude + 180) / 360 * count
    row = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * count
    return min(int(column), count - 1), max(0, min(int(row), count - 1))


def test_tile_of_zoom_level_zero_is_the_world_as_far_as_the_projection_goes() -> None:
    box = compute_tile_box(0, 0, 0)
    assert (box.west, box.east) == (-180, 180)
    assert (box.south, box.north) == pytest.approx((-MERCATOR_LATITUDE, MERCATOR_LATITUDE))


def test_tiles_are_counted_from_the_north_west() -> None:
    north_west, south_east = compute_tile_box(1, 0, 0), compute_tile_box(1, 1, 1)
    assert north_west.west == -180
    assert north_west.north == pytest.approx(MERCATOR_LATITUDE)
    assert south_east.east == 180
    assert south_east.south == pytest.approx(-MERCATOR_LATITUDE)


def test_tile_reaches_its_buffer_beyond_its_edges() -> None:
    box, buffer = compute_tile_box(2, 1, 1), 90 * BUFFER / EXTENT
    assert (box.west, box.east) == pytest.approx((-90 - buffer, 0 + buffer))
    assert box.south < 0 < box.north


@pytest.mark.parametrize(("x", "y"), [(1, 1), (0, 1)])
def test_buffer_at_the_antimeridian_does_not_wrap_round_the_globe(x: int, y: int) -> None:
    box = compute_tile_box(1, x, y)
    assert box.west < box.east
    assert box.east - box.west == pytest.approx(180 * (1 + BUFFER / EXTENT))


@given(ZOOMS, st.floats(-180, 180), st.floats(-85, 85))
def test_place_lies_in_the_box_of_its_tile(z: int, longitude: float, latitude: float) -> None:
    box = compute_tile_box(z, *tile_of(z, longitude, latitude))
    assert box.west <= longitude <= box.east
    assert box.south <= latitude <= box.north


@given(ZOOMS, st.data())
def test_neighbours_overlap_by_their_buffers(z: int, data: st.DataObject) -> None:
    if z == 0:
        return
    x, y = data.draw(st.integers(0, 2**z - 2)), data.draw(st.integers(0, 2**z - 2))
    here, east, south = compute_tile_box(z, x, y), compute_tile_box(z, x + 1, y), compute_tile_box(z, x, y + 1)
    assert east.west < here.east
    assert south.north > here.south


@pytest.mark.parametrize(("z", "x", "y"), [(0, 1, 0), (0, 0, 1), (3, 8, 0), (3, 0, 8), (3, -1, 0), (3, 0, -1)])
def test_tile_outside_its_zoom_level_is_refused_by_name(z: int, x: int, y: int) -> None:
    with pytest.raises(NoSuchTile, match=f"zoom level {z} has columns and rows 0 to .*, not column {x}, row {y}"):
        compute_tile_box(z, x, y)


def test_unit_of_a_tile_is_half_as_wide_a_level_deeper() -> None:
    assert compute_unit_degrees(0) == pytest.approx(360 / 4096)
    assert compute_unit_degrees(5) == pytest.approx(compute_unit_degrees(4) / 2)
