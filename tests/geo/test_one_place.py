"""One place by every number that its longitude has: 180 and -180, and what lies beyond them."""

import pytest
import shapely

from geo.one_place import expand_longitudes, normalise_position


@pytest.mark.parametrize(
    ("given", "unified"),
    [
        ((-180.0, 5.0), (180.0, 5.0)),
        ((180.0, 5.0), (180.0, 5.0)),
        ((-179.99999999, 5.0), (180.0, 5.0)),
        ((-179.9999, 5.0), (-179.9999, 5.0)),
        ((77.0, 90.0), (0.0, 90.0)),
        ((-180.0, -90.0), (0.0, -90.0)),
    ],
)
def test_place_is_written_in_one_way(given: tuple[float, float], unified: tuple[float, float]) -> None:
    assert normalise_position(*given) == unified


SHAPES = [
    "POINT(180 -16.5)",
    "MULTIPOINT((1 1),(-180 -16.5))",
    "LINESTRING(170 -16.5,180 -16.5)",
    "LINESTRING(180 -17,180 -16)",
    "POLYGON((175 -17,180 -17,180 -16,175 -16,175 -17))",
    "POLYGON((-180 -17,-175 -17,-175 -16,-180 -16,-180 -17))",
    "POLYGON((170 -17,190 -17,190 -16,170 -16,170 -17))",
    "POLYGON((-190 -17,-180 -17,-180 -16,-190 -16,-190 -17))",
    "POLYGON((530 -17,550 -17,550 -16,530 -16,530 -17))",
    "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))",
    "MULTIPOLYGON(((175 -17,180 -17,180 -16,175 -16,175 -17)),((0 0,1 0,1 1,0 0)))",
]


@pytest.mark.parametrize("wkt", SHAPES)
@pytest.mark.parametrize("longitude", [180, -180])
def test_shape_at_the_antimeridian_has_what_lies_there(wkt: str, longitude: float) -> None:
    shape = expand_longitudes(shapely.from_wkt(wkt))
    assert shapely.is_valid(shape)
    assert not shape.geom_type.startswith("Geometry")
    assert shape.intersects(shapely.Point(longitude, -16.5))


def test_shape_beyond_the_globe_comes_back_on_the_other_side() -> None:
    shape = expand_longitudes(shapely.from_wkt("POLYGON((170 0,190 0,190 10,170 10,170 0))"))
    inside = [shape.intersects(shapely.Point(longitude, 5)) for longitude in (-175, 175, -165, 165)]
    assert inside == [True, True, False, False]


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON((0 0,1 0,1 1,0 0))",
        "POINT(179.9 0)",
        "POLYGON EMPTY",
        "GEOMETRYCOLLECTION(POINT(180 0),LINESTRING(0 0,1 1))",
    ],
)
def test_shape_elsewhere_stays_as_it_is(wkt: str) -> None:
    assert expand_longitudes(shapely.from_wkt(wkt)).equals(shapely.from_wkt(wkt))
