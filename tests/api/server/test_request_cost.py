"""What a request costs is estimated first: what costs too much is refused, with a way to ask for less."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, Document
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.collections.registry import COLLECTIONS
from api.cql2.cost import CHARACTER_WEIGHTS, RELATION_WEIGHTS, WEIGHTS, CollectionSize, check_cost
from api.cql2.custom_functions import CUSTOM_FUNCTIONS
from api.cql2.errors import BadFilter
from api.cql2.operations import FUNCTIONS, OPERATORS
from api.cql2.text_parser import parse_text
from api.database.limited_reading import open_limited_connection
from api.database.read_routing import Database, ReplicaReader
from api.settings import get_settings

ROOT = Path(__file__).parents[3]
POINT, COUNTRY = COLLECTIONS["points-of-entry"].size, COLLECTIONS["countries"].size
MOST_S = get_settings().crossings_largest_cost_s
RING = ",".join(f"{number / 10} {(number * number) % 7}" for number in range(300))
POLYGON = "POLYGON((0 0, 40 0, 40 40, 0 40, 0 0))"


def anyway(condition: str, times: int) -> str:
    """The condition so many times, each with other values."""
    return " OR ".join(condition.replace("#", str(number)) for number in range(times))


COSTLY = {
    "distances to shapes": (COUNTRY, anyway("distance(geometry, POINT(# 5)) > #", 20), "distance"),
    "texts without case or accents": (POINT, anyway("CASEI(ACCENTI(name)) LIKE '%x#y%'", 150), "accenti"),
    "a few long texts": (POINT, anyway(f"CASEI('{'x' * 3_000}#') = name", 2), "casei"),
    "distances from a long line": (POINT, anyway(f"distance(geometry, LINESTRING({RING},# 9)) < 5", 4), "distance"),
    "relations of shapes": (COUNTRY, anyway("S_TOUCHES(geometry, geometry)", 3), "s_touches"),
    "relations to a large shape": (
        COUNTRY,
        anyway("S_OVERLAPS(geometry, POLYGON((0 0,# 1,2 2,0 0)))", 40),
        "s_overlaps",
    ),
    "what powers have several times": (POINT, anyway("(length(CASEI(ACCENTI(name)))^2)^1.1 = #", 7), "accenti"),
    "what BETWEEN has twice": (POINT, anyway("CASEI(ACCENTI(name)) BETWEEN 'x#' AND 'y'", 40), "accenti"),
}
ASKED_IN_EARNEST = [
    (POINT, "CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%nadi%'))"),
    (POINT, "country IN ('SRB','BGR') AND distance(geometry, POINT(20.3 44.8)) < 50000"),
    (POINT, f"S_INTERSECTS(geometry, {POLYGON}) AND status_group = 'fully_closed'"),
    (POINT, f"S_INTERSECTS(geometry, POLYGON(({','.join(f'{n} {n * n % 50}' for n in range(500))},0 0)))"),
    (POINT, f"code IN ({','.join([repr('FJ-1')] * 1_500)})"),
    (POINT, anyway("code = 'FJ-#'", 300)),
    (POINT, anyway("CASEI(name) LIKE '%airport #%'", 20)),
    (POINT, "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2020-03-01', '2020-04-01'))"),
    (POINT, "A_OVERLAPS(measures, ('mandatory_quarantine', 'other')) AND year(valid_from) = 2020"),
    (COUNTRY, "S_INTERSECTS(geometry, POINT(20 45))"),
    (COUNTRY, f"S_INTERSECTS(geometry, {POLYGON}) OR S_TOUCHES(geometry, POLYGON((0 0, 9 0, 9 9, 0 0)))"),
    (COUNTRY, "distance(geometry, POINT(20 45)) < 100000"),
    (COUNTRY, "CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%vi%'))"),
]


@pytest.mark.parametrize(("size", "written", "worst"), COSTLY.values(), ids=COSTLY)
def test_costly_filter_error_names_the_costliest_part(size: CollectionSize, written: str, worst: str) -> None:
    with pytest.raises(BadFilter, match=r"about \d+ s of a processor, \d+ of them for " + re.escape(worst)) as refusal:
        check_cost(parse_text(written), size, MOST_S)
    assert f"{MOST_S:g} s is the most: use it less often" in str(refusal.value)


@pytest.mark.parametrize(("size", "written"), ASKED_IN_EARNEST, ids=[written[:50] for _, written in ASKED_IN_EARNEST])
def test_ordinary_filter_passes(size: CollectionSize, written: str) -> None:
    check_cost(parse_text(written), size, MOST_S)


@pytest.mark.parametrize("path", ["README.md", "api/templates/collections/functions.html"])
def test_filter_of_the_documents_passes(path: str) -> None:
    (written,) = re.findall(r"[\w ',()]*distance\(geometry[^`]*? (?:<|&lt;) 50000", (ROOT / path).read_text("utf-8"))
    check_cost(parse_text(written.replace("&lt;", "<").strip().removeprefix("as in ")), POINT, MOST_S)


def test_cost_grows_with_the_items() -> None:
    tree = parse_text("CASEI(name) = 'x'")
    check_cost(tree, CollectionSize(items=1_000_000), 3)
    with pytest.raises(BadFilter):
        check_cost(tree, CollectionSize(items=10_000_000), 3)


@pytest.mark.parametrize("name", [*OPERATORS.values(), *FUNCTIONS.values(), *CUSTOM_FUNCTIONS])
def test_operator_has_been_weighed(name: str) -> None:
    assert name.lower() in WEIGHTS | CHARACTER_WEIGHTS or name[:2] in RELATION_WEIGHTS


@pytest.mark.parametrize(
    ("path", "written", "worst"),
    [
        (COUNTRIES, COSTLY["distances to shapes"][1], "distance"),
        (POINTS, COSTLY["texts without case or accents"][1], "accenti"),
        (RESTRICTIONS, COSTLY["texts without case or accents"][1], "accenti"),
        ("/collections/points-of-entry/tiles/0/0/0.pbf", COSTLY["texts without case or accents"][1], "accenti"),
    ],
    ids=["countries", "points", "restrictions", "tile"],
)
async def test_costly_filter_is_a_bad_parameter(client: httpx.AsyncClient, path: str, written: str, worst: str) -> None:
    response = await client.get(path, params={"filter": written})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["parameter"], worst in error["reason"]) == ("filter", True)


async def test_statistics_of_too_many_rows_are_refused_with_their_number(client: httpx.AsyncClient) -> None:
    query = {"group_by": "day,country,poe_type", "datetime": "2020-01-01/2021-02-03"}
    response = await client.get("/statistics", params=query)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == "group_by"
    rows = int(re.findall(r"at least ([\d,]+) rows", error["reason"])[0].replace(",", ""))
    assert rows > 100_000
    assert "100,000 are the most: ask for fewer groups, days or places" in error["reason"]


async def test_statistics_of_400_days_by_country_are_given(client: httpx.AsyncClient) -> None:
    query = {"group_by": "day,country", "datetime": "2020-01-01/2021-02-03"}
    document: Document = (await client.get("/statistics", params=query)).json()
    days = {row["day"] for row in document["rows"]}
    assert len(days) == 400
    assert document["numberReturned"] == len(document["rows"])


async def test_page_shows_the_first_rows_and_leads_to_all(client: httpx.AsyncClient) -> None:
    query = {"group_by": "day,country", "datetime": "2020-01-01/2020-01-20", "f": "html"}
    page = (await client.get("/statistics", params=query)).text
    assert "The first 2,000 of " in page
    assert page.count("<tr>") == 2_001


async def test_statement_for_anybody_has_its_own_time_out(shipped_engine: AsyncEngine) -> None:
    async with open_limited_connection(Database(shipped_engine, shipped_engine)) as connection:
        assert await connection.scalar(text("SHOW statement_timeout")) == "8s"
    async with Database(shipped_engine, shipped_engine).open_read_connection() as connection:
        assert await connection.scalar(text("SHOW statement_timeout")) == "0"


async def test_row_that_takes_longer_than_its_limit_is_ended(shipped_engine: AsyncEngine) -> None:
    database = Database(shipped_engine, shipped_engine, at_hand=1)
    with pytest.raises(DBAPIError) as failure:
        await database.fetch_row(select(func.pg_sleep(3600)), {}, time_limit_s=0.2)
    assert getattr(failure.value.orig, "sqlstate", None) == "57014"
    assert (await database.fetch_row(select(literal(1).label("one")), {}))["one"] == 1
    database.idle_connections.release_idle()
    async with shipped_engine.connect() as connection:
        sleeping = text(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600)%' AND state = 'active'"
        )
        async with asyncio.timeout(60):
            while await connection.scalar(sleeping):
                await connection.rollback()
                await asyncio.sleep(0.05)


async def test_time_out_of_a_replica_is_not_tried_again_on_the_primary(shipped_engine: AsyncEngine) -> None:
    primary, replica = (Database(shipped_engine, shipped_engine) for _ in range(2))
    asked: list[str] = []

    async def noted(*_: object, **__: object) -> dict[str, int]:
        asked.append("primary")
        return {}

    primary.fetch_row = noted  # type: ignore[method-assign]
    with pytest.raises(DBAPIError):
        await ReplicaReader(primary, replica, None).fetch_row(select(func.pg_sleep(3600)), {}, time_limit_s=0.2)
    assert asked == []
