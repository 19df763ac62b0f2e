"""Requests whose literals nobody has sent before, by kind: each function gives the address with the nth literal."""

import datetime as dt
import json
import math
import random
from collections.abc import Callable, Mapping
from urllib.parse import quote

from benchmarks.overload.addresses import POINTS, RESTRICTIONS

FIRST_DAY, FIRST_MOMENT = dt.date(1950, 1, 1), dt.datetime(2020, 1, 1)  # noqa: DTZ001 - written with a Z
COUNTRIES = ("AFG", "ALB", "ARG", "AUT", "BGR", "BRA", "CAN", "CHN", "DEU", "EGY", "ETH", "FRA", "GRC", "KEN", "SRB")
LONGEST_LIST, MOST_VERTICES, LONGEST_TEXT = 40, 60, 400


def _name(n: int) -> str:
    return f"{POINTS}/items?country=KEN&limit=1&name=Point%20{n}"


def _text(n: int) -> str:
    return _filtered(f"name = 'Point {n}' OR municipality = 'Town {n}'", "&country=KEN")


def _long_text(n: int) -> str:
    return _filtered(f"name = '{n}{'x' * (n % LONGEST_TEXT)}'", "&country=KEN")


def _like(n: int) -> str:
    return _filtered(f"CASEI(name) LIKE CASEI('%a{n}%')", "&country=KEN")


def _number(n: int) -> str:
    return _filtered(f"record BETWEEN {n} AND {n}.5", of=RESTRICTIONS)


def _date(n: int) -> str:
    return _filtered(f"valid_from = DATE('{FIRST_DAY + dt.timedelta(days=n)}')", of=RESTRICTIONS)


def _moment(n: int) -> str:
    moment = (FIRST_MOMENT + dt.timedelta(seconds=n)).isoformat()
    return _filtered(f"recorded_from < TIMESTAMP('{moment}Z')", of=RESTRICTIONS)


def _list(n: int) -> str:
    """Of another length each time, up to a bound."""
    countries = random.Random(n).choices(COUNTRIES, k=1 + n % LONGEST_LIST)
    return _filtered(f"name = 'Point {n}' AND country IN ({', '.join(map(repr, countries))})")


def _polygon(n: int) -> str:
    """Of another number of vertices each time, up to a bound."""
    return _filtered(f"S_INTERSECTS(geometry, POLYGON(({_ring(n)})))")


def _ring(n: int) -> str:
    count, radius = 3 + n % MOST_VERTICES, 1 + n / 100_000
    angles = [2 * math.pi * corner / count for corner in (*range(count), 0)]
    return ", ".join(f"{37 + radius * math.cos(angle):.6f} {radius * math.sin(angle):.6f}" for angle in angles)


def _distance(n: int) -> str:
    return _filtered(f"distance(geometry, POINT({36 + n / 10_000:.4f} -1.3)) < {10_000 + n}", "&country=KEN")


def _box(n: int) -> str:
    return f"{POINTS}/items?limit=1&bbox=36,-2,{37 + n / 10_000:.4f},0"


def _json(n: int) -> str:
    condition = {"op": "in", "args": [{"property": "name"}, [f"Point {n}", *("x" for _ in range(n % LONGEST_LIST))]]}
    return _filtered(json.dumps(condition), "&country=KEN&filter-lang=cql2-json")


def _tile(n: int) -> str:
    condition = f"name <> 'Point {n}'"
    return f"{POINTS}/tiles/5/19/16.mvt?filter={quote(condition)}"


def _filtered(condition: str, more: str = "", *, of: str = POINTS) -> str:
    return f"{of}/items?limit=1{more}&filter={quote(condition)}"


KINDS: Mapping[str, Callable[[int], str]] = {
    "name=": _name,
    "text": _text,
    "text of other lengths": _long_text,
    "LIKE, CASEI": _like,
    "number": _number,
    "date": _date,
    "moment": _moment,
    "IN, other lengths": _list,
    "polygon, other vertices": _polygon,
    "distance": _distance,
    "bbox": _box,
    "CQL2 JSON, other lengths": _json,
    "tile with a filter": _tile,
}
