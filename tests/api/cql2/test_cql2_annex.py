"""Combinations of predicates, as the abstract test suite of CQL2 requires them (21-065r2, annex A, tests `logical`)."""

import random
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import Select, column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cql2.ast import Node
from api.cql2.cost import CollectionSize, check_cost
from api.cql2.json_parser import parse_json
from api.cql2.queryables import Queryable, ValueKind
from api.cql2.sql import compile_filter
from api.cql2.sql_expression import Expression
from api.cql2.sql_spatial import serialize_filter_json
from api.cql2.text_parser import parse_text
from api.settings import Settings

PREDICATES = tomllib.loads((Path(__file__).parent / "cql2_annex.toml").read_text(encoding="utf-8"))
COMBINED = "((NOT {} AND {}) OR ({} and NOT {}) or not ({} AND {}))"
# The suite requires ten at least.
COMBINATIONS_OF_A_CLASS = 50
KINDS = {
    "name": ValueKind.STRING,
    "pop_other": ValueKind.INTEGER,
    "date": ValueKind.DATE,
    "start": ValueKind.TIMESTAMP,
    "end": ValueKind.TIMESTAMP,
    "boolean": ValueKind.BOOLEAN,
    "geom": ValueKind.GEOMETRY,
}
PLACES = table("place", *map(column, KINDS))
QUERYABLES = {name: Queryable(PLACES.c[name], kind) for name, kind in KINDS.items()}
TABLE = """
CREATE TEMP TABLE place (
    name text, pop_other bigint, date date, start timestamptz, "end" timestamptz, boolean bool,
    geom geometry(Point, 4326)
) ON COMMIT DROP;
INSERT INTO place VALUES
    ('København', 1038288, '2022-04-16', '2022-04-16T10:13:19Z', '2022-04-16T10:15:10Z', true,
     'SRID=4326;POINT(12.6 55.7)'),
    ('Kiev', 1611692, NULL, NULL, NULL, NULL, 'SRID=4326;POINT(30.5 50.4)'),
    ('Luxembourg', 76684, '2021-04-16', '2021-04-16T10:15:59Z', '2022-04-16T10:16:06Z', false,
     'SRID=4326;POINT(6.1 49.6)')
"""


@pytest.fixture
async def places(database: AsyncConnection) -> AsyncConnection:
    for statement in TABLE.split(";\n"):
        await database.execute(text(statement))
    return database


def combinations(conformance_class: str) -> list[str]:
    """Return filters of four predicates of the class and of the basic one, the same in every run."""
    own, chance = PREDICATES[conformance_class], random.Random(conformance_class)
    others = [*own, *PREDICATES["basic-cql2"]] if len(own) < 10 else own
    found = []
    for _ in range(COMBINATIONS_OF_A_CLASS):
        p1, p2, p3, p4 = chance.sample(others, 4)
        found.append(COMBINED.format(p1, p2, p3, p4, p1, p4))
    return found


def counted(condition: Expression) -> Select[int]:
    names = [f"value_{number}" for number in range(len(condition.values))]
    statement = select(func.count()).select_from(PLACES).where(condition.build(iter(names)))
    return statement.params(dict(zip(names, condition.values, strict=True)))


async def count_of(database: AsyncConnection, node: Node) -> int:
    check_cost(node, CollectionSize(), Settings().crossings_largest_cost_s)
    return await database.scalar(counted(compile_filter(node, QUERYABLES))) or 0


@pytest.mark.parametrize("conformance_class", PREDICATES)
async def test_combinations_of_predicates_are_evaluated(places: AsyncConnection, conformance_class: str) -> None:
    for combined in combinations(conformance_class):
        as_text = parse_text(combined)
        as_json = parse_json(serialize_filter_json(as_text))
        assert await count_of(places, as_text) == await count_of(places, as_json), combined


async def test_calculations_of_literals_are_those_of_their_value(places: AsyncConnection) -> None:
    for calculated, value in (("1038280+8", 1), ("1038290-2^1", 1), ("3*1000000+13258", 0)):
        assert await count_of(places, parse_text(f"pop_other={calculated}")) == value
