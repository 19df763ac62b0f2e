"""Lines between shapes, and their coasts."""

from collections import defaultdict
from typing import Any

import pytest
import shapely
from shapely.geometry import box

from geo.borders import MAX_PIECE_VERTICES, build_border_pieces


def lines(**shapes: Any) -> dict[tuple[str, ...], Any]:
    """All lines of the same sides as one geometry."""
    found = defaultdict(list)
    for sides, line in build_border_pieces(shapes):
        found[sides].append(line)
    return {sides: shapely.line_merge(shapely.union_all(pieces)) for sides, pieces in found.items()}


def test_two_neighbours_have_one_line_between_them_and_each_its_coast() -> None:
    found = lines(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1))
    assert {sides: line.length for sides, line in found.items()} == {("A", "B"): 1, ("A",): 3, ("B",): 3}
    assert found["A", "B"].equals(shapely.LineString([(1, 0), (1, 1)]))


def test_sides_of_a_line_are_in_the_order_of_the_alphabet_whichever_shape_comes_first() -> None:
    assert set(lines(B=box(0, 0, 1, 1), A=box(1, 0, 2, 1))) == {("A", "B"), ("A",), ("B",)}


def test_edge_of_a_hole_is_the_border_of_what_fills_it() -> None:
    around = box(0, 0, 3, 3) - box(1, 1, 2, 2)
    assert lines(A=around, B=box(1, 1, 2, 2))["A", "B"].length == 4


def test_one_shape_that_lies_in_another_has_its_border_there() -> None:
    assert lines(ITA=box(0, 0, 3, 3), VAT=box(1, 1, 2, 2))["ITA", "VAT"].length == 4


def test_border_that_both_sides_drew_with_other_vertices_is_there_once() -> None:
    moved = shapely.Polygon([(1.0001, 0), (2, 0), (2, 1), (1.0001, 1), (1.0002, 0.7), (1.0001, 0.3)])
    found = lines(A=box(0, 0, 1, 1), B=moved)
    assert found["A", "B"].equals(shapely.LineString([(1, 0), (1, 1)]))
    assert found["A",].length == pytest.approx(3)
    assert found["B",].length == pytest.approx(3, abs=0.001)


def test_strait_is_no_border() -> None:
    assert set(lines(A=box(0, 0, 1, 1), B=box(1.01, 0, 2, 1))) == {("A",), ("B",)}


def test_land_that_three_shapes_leave_out_between_them_is_no_sea() -> None:
    left_out = box(0.9, 0.4, 1.1, 0.6)
    shapes = {"A": box(0, 0, 1, 1), "B": box(1, 0, 2, 0.5), "C": box(1, 0.5, 2, 1)}
    found = lines(**{name: shape - left_out for name, shape in shapes.items()})
    assert [sides for sides, line in found.items() if len(sides) == 1 and line.distance(left_out) < 0.1] == []
    around = [line.intersection(left_out.boundary) for sides, line in found.items() if len(sides) == 2]
    assert sum(line.length for line in around) == pytest.approx(left_out.length)


def test_sea_that_shapes_enclose_has_coasts() -> None:
    sea = box(1, 1, 9, 5)
    found = lines(A=box(0, 0, 5, 6) - sea, B=box(5, 0, 10, 6) - sea)
    assert found["A", "B"].length == 2
    assert found["A",].intersection(sea.boundary).length + found["B",].intersection(sea.boundary).length == sea.length


def test_map_that_ends_at_180_degrees_makes_no_coast_there() -> None:
    found = lines(A=shapely.union(box(179, 0, 180, 1), box(-180, 0, -179, 1)))
    assert found["A",].length == 6
    assert [x for x, _ in shapely.get_coordinates(found["A",])].count(180) == 2


def test_map_that_ends_at_the_south_pole_makes_no_coast_there() -> None:
    assert lines(A=box(-180, -90, 180, -80))["A",].equals(shapely.LineString([(-180, -80), (180, -80)]))


def test_long_line_comes_in_pieces_that_meet() -> None:
    island = shapely.Point(0, 0).buffer(1, quad_segs=500)
    pieces = [line for _, line in build_border_pieces({"A": island})]
    assert max(shapely.get_num_coordinates(pieces)) == MAX_PIECE_VERTICES
    assert shapely.line_merge(shapely.multilinestrings(pieces)).is_ring


def test_no_shapes_have_no_lines() -> None:
    assert build_border_pieces({}) == []
