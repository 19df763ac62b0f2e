"""Lines merged where one ends and another begins, then cut into short pieces, which an index finds for a small box."""

from collections.abc import Iterable
from typing import Any

import shapely  # type: ignore[import-untyped]

MAX_PIECE_VERTICES = 256


def build_line_pieces(lines: Iterable[Any]) -> list[Any]:
    """Merge the line strings and multi line strings into line strings of at most 256 vertices."""
    parts = shapely.get_parts(list(lines))
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return [piece for line in joined for piece in cut_into_pieces(line)]


def cut_into_pieces(line: Any) -> list[Any]:  # noqa: ANN401 - a line string
    """Cut the line string into line strings of at most 256 vertices, each beginning where the one before ends."""
    vertices = shapely.get_coordinates(line)
    if len(vertices) <= MAX_PIECE_VERTICES:
        return [line]
    step = MAX_PIECE_VERTICES - 1
    return [shapely.linestrings(vertices[start : start + step + 1]) for start in range(0, len(vertices) - 1, step)]
