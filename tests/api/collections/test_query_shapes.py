"""Statements are cached by their shape: a new literal is no new statement, text or plan."""

import pytest
from fastapi import Request
from sqlalchemy import text

from api.collections.property_filters import build_items_parameters
from api.collections.query import BoundQuery, parse_features_request
from api.collections.registry import require_collection
from api.database import prepared_statements as module
from api.database.engine import build_engine
from api.database.prepared_statements import prepare
from api.database.read_routing import Database
from api.tiles.query import build_tile_query
from geo.tile_points import Tile


async def page(query: str, collection_id: str = "points-of-entry") -> BoundQuery:
    collection = await require_collection(collection_id)
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    return parse_features_request(request, collection, build_items_parameters(collection)).query.select_page(10)


async def text_of_page(query: str) -> str:
    return (await prepare((await page(query))[0])).text


RING = "0 0,9 0,9 9,0 0"
HELD = "INTERVAL(valid_from,valid_to)"
SAME = [
    ("name=Nadi", "name=" + "x" * 1000),
    ("iata=BEG&country=SRB", "iata=NAN&country=FJI,TON,WSM"),
    ("datetime=2020-04-15&name=a", "datetime=2020-01-01/2021-01-01&name=b"),
    ("filter=name='Nadi'", "filter=name='O''Hare'"),
    ("filter=name LIKE 'a%25'", "filter=name LIKE '%25b%25'"),
    ("filter=CASEI(name) LIKE CASEI('%25a%25')", "filter=CASEI(name) LIKE CASEI('%25bc%25')"),
    ("filter=country IN ('SRB')", f"filter=country IN ({','.join(['%27KEN%27'] * 300)})"),
    ("filter=valid_from>DATE('2020-01-01')", "filter=valid_from>DATE('2021-12-31')"),
    ("filter=valid_from>'2020-01-01'", "filter=valid_from>DATE('2021-12-31')"),
    ("filter=year(valid_from)=2020", "filter=year(valid_from)=2021"),
    ("filter=international_travel BETWEEN 1 AND 2", "filter=international_travel BETWEEN 0 AND 4"),
    ("filter=international_travel*2>3", "filter=international_travel*7>1"),
    ("filter=A_CONTAINS(measures,('other'))", "filter=A_CONTAINS(measures,('other','visa','medical'))"),
    (f"filter=S_INTERSECTS(geometry,POLYGON(({RING})))", "filter=S_INTERSECTS(geometry,POINT(1 2))"),
    ("filter=S_INTERSECTS(geometry,BBOX(1,2,3,4))", "filter=S_INTERSECTS(geometry,BBOX(170,0,-170,9))"),
    ("filter=distance(geometry,POINT(1 2))<5.5", f"filter=distance(geometry,LINESTRING({RING}))<9.5"),
    (
        f"filter=T_DURING({HELD},INTERVAL('2020-01-01','2020-02-01'))",
        f"filter=T_DURING({HELD},INTERVAL('..','2022-01-01'))",
    ),
    ("properties=name,code", "properties=code,name"),
]
OTHER = [
    ("filter=name='a'", "filter=name<>'a'"),
    ("filter=name='a'", "filter=iata='a'"),
    ("filter=international_travel=1", "filter=international_travel=1.5"),
    ("filter=valid_from='2020-01-01'", "filter=name='2020-01-01'"),
    ("filter=S_INTERSECTS(geometry,POINT(1 2))", "filter=S_INTERSECTS(geometry,POINT(1 2))&filter-crs=EPSG:3035"),
    ("properties=name", "properties=code"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
async def test_another_literal_is_the_same_text(one: str, other: str) -> None:
    assert await text_of_page(one) is await text_of_page(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
async def test_another_shape_is_another_text(one: str, other: str) -> None:
    assert await text_of_page(one) != await text_of_page(other)


async def test_values_of_a_literal_are_its_own() -> None:
    (_, one), (_, other) = await page("name=Nadi"), await page("name=Apia")
    assert (one["condition_0"], other["condition_0"]) == ("Nadi", "Apia")


async def test_tiles_with_another_literal_are_the_same_text() -> None:
    texts = set()
    for name, tile in (("Nadi", Tile(5, 1, 2)), ("Apia", Tile(6, 3, 4))):
        collection = await require_collection("points-of-entry")
        request = Request({"type": "http", "query_string": f"name={name}&bbox=1,2,3,4".encode(), "headers": []})
        query = parse_features_request(request, collection, build_items_parameters(collection)).query
        texts.add((await prepare(build_tile_query(query, tile, "mvt")[0])).text)
    assert len(texts) == 1


async def test_new_literals_cache_no_new_text() -> None:
    await text_of_page("name=first&filter=iata='first'")
    before = len(module._texts)  # noqa: SLF001
    for number in range(200):
        await text_of_page(f"name={number}&filter=iata='{'x' * number}'")
    assert len(module._texts) == before  # noqa: SLF001


async def test_new_shapes_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._texts, "max_bytes", 400_000)  # noqa: SLF001
    for number in range(1, 20):
        await text_of_page("filter=" + " OR ".join(["name='a'"] * number))
    assert 0 < module._texts.bytes <= 400_000  # noqa: SLF001


async def test_postgresql_plans_once_for_all_literals(shipped_database: str) -> None:
    engine = build_engine(shipped_database, pool_size=1)
    database = Database(engine, engine)
    for name in ("Nadi", "Apia", "x" * 5000):
        await database.fetch_row(*await page(f"filter=name='{name}'"))
    async with engine.connect() as connection:
        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE :part")
        found = await connection.scalar(kept, {"part": "%answer.name = $%"})
    await engine.dispose()
    assert found == 1
