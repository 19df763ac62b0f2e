"""The nearest points that let people through: truly by distance, on the whole earth, by an index."""

import datetime as dt
import math
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, day, record_status
from helpers.files.register_files import HEADER, ROW, load_register_file, write_file
from helpers.http import get_json
from helpers.passability import build_exception, build_measure
from helpers.plans import count_rows_read, explain_plan
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.register import build_register_loader
from models.analysis.nearest import SEARCH_FACTORS, NearestRequest, select_nearest
from models.queries.filters import FeatureFilter, build_cached_statement
from models.tables.bitemporal import Days

Document = dict[str, Any]
ON = "2020-04-15"
EVERYTHING = "yes,conditional,no,unknown,not_known_lately,not_assessed"


async def nearest(client: httpx.AsyncClient, longitude: float, latitude: float, **query: object) -> list[Document]:
    asked_for = {"lon": longitude, "lat": latitude, "datetime": ON} | query
    return [feature["properties"] for feature in (await get_json(client, "/nearest", **asked_for))["features"]]


async def ellipsoidal(shipped: AsyncConnection, longitude: float, latitude: float, limit: int) -> list[tuple[str, int]]:
    """Codes and distances of the nearest points of entry, found without any index."""
    place = "ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography"
    statement = f"""
        SELECT p.code, round(ST_Distance(v.geometry::geography, {place}))::integer
        FROM point_of_entry_version v JOIN point_of_entry p ON p.id = v.point_of_entry_id
        WHERE upper_inf(v.recorded_during) AND v.lifecycle = 'active' AND v.poe_type <> 'internal_transit_point'
        ORDER BY ST_Distance(v.geometry::geography, {place}), p.id LIMIT :limit
    """
    values = {"longitude": longitude, "latitude": latitude, "limit": limit}
    return [(code, metres) for code, metres in await shipped.execute(text(statement), values)]


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (20.46, 44.81),
        (180.0, -17.0),
        (-180.0, -17.0),
        (179.99, 66.0),
        (12.0, 78.9),
        (0.0, 90.0),
        (0.0, -90.0),
        (-70.9, -53.2),
        (-140.0, 0.0),
    ],
)
async def test_points_come_in_the_order_of_their_distance_on_the_ellipsoid(
    client: httpx.AsyncClient, shipped: AsyncConnection, longitude: float, latitude: float
) -> None:
    found = await nearest(client, longitude, latitude, passable=EVERYTHING, limit=25)
    told = [(point["code"], point["distance_m"]) for point in found]
    assert told == await ellipsoidal(shipped, longitude, latitude, 25)


async def test_order_differs_from_degrees_and_from_a_sphere(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    """A degree of longitude is short in the north; and on the ellipsoid, ways along a meridian are short as well."""
    place = (-30.0, 75.0)
    east = await add_poe(shipped, "GL-EAST", place[0] + 3, place[1], iso3="GRL")
    north = await add_poe(shipped, "GL-NORTH", place[0], place[1] + 1, iso3="GRL")
    # Within half a percent of one another: 0.5 % farther on a sphere, and nearer on the ellipsoid.
    for point in (east, north):
        await record_status(shipped, point, "open", "04-01")
    assert [point["code"] for point in await nearest(client, *place, limit=2)] == ["GL-EAST", "GL-NORTH"]
    equator = (-140.0, 0.0)
    along = await add_poe(shipped, "XX-ALONG", equator[0] + 1.0, 0.0)
    up = await add_poe(shipped, "XX-UP", equator[0], 1.003)
    for point in (along, up):
        await record_status(shipped, point, "open", "04-01")
    assert [point["code"] for point in await nearest(client, *equator, limit=1)] == ["XX-UP"]


async def test_neighbour_beyond_180_degrees_is_near(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "FJ-TAV", -179.99, -16.8)
    await record_status(shipped, point, "open", "04-01")
    (found,) = await nearest(client, 179.99, -16.8, limit=1)
    assert found["code"] == "FJ-TAV"
    assert math.isclose(found["distance_m"], 2_131, abs_tol=5)


@pytest.mark.parametrize(
    ("stored", "asked_for"),
    [
        *product(
            [("180", "-16.5"), ("-180", "-16.5"), ("-179.9999999999", "-16.5")],
            [(180.0, -16.5), (-180.0, -16.5), (179.9999999999, -16.5), (-179.99999999, -16.5)],
        ),
        *product([("0", "90"), ("50", "90"), ("-180", "89.99999999999")], [(0.0, 90.0), (120.0, 90.0), (-180.0, 90.0)]),
    ],
)
async def test_place_is_found_in_every_notation(
    client: httpx.AsyncClient,
    shipped: AsyncConnection,
    tmp_path: Path,
    stored: tuple[str, str],
    asked_for: tuple[float, float],
) -> None:
    entry = ROW.replace("-17.8,177.4", f"{stored[1]},{stored[0]}")
    await load_register_file(shipped, write_file(tmp_path, HEADER + entry), build_register_loader(dt.date(2020, 1, 1)))
    (found,) = await nearest(client, *asked_for, passable=EVERYTHING, limit=1)
    assert (found["code"], found["distance_m"]) == ("XX-1", 0)


async def test_impassable_points_are_left_out(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    statuses = {"XX-SHUT": "closed", "XX-OUT": "closed_for_entry", "XX-OPEN": "open", "XX-SOME": "closed"}
    for number, (code, status) in enumerate(statuses.items()):
        point = await add_poe(shipped, code, -140 + number / 100, 0.0)
        measures = (build_exception("stranded_migrants"),) if code == "XX-SOME" else ()
        await record_status(shipped, point, status, "04-01", measures=measures)
    await add_poe(shipped, "XX-NEVER", -140, 0.001)

    async def codes(**query: object) -> list[str]:
        return [point["code"] for point in await nearest(client, -140, 0, within_m=50_000, **query)]

    assert await codes(population="tourists") == ["XX-OPEN"]
    assert await codes(population="stranded_migrants") == ["XX-OPEN", "XX-SOME"]
    assert await codes(direction="exit", population="tourists") == ["XX-OUT", "XX-OPEN"]
    assert await codes(passable="not_assessed") == ["XX-NEVER"]
    assert await codes(datetime="2020-03-31") == []


async def test_nearest_take_as_known_at(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-OPEN", -140.0, 0.0)
    _, then = await record_status(shipped, point, "open", "04-01")
    await record_status(shipped, point, "closed", "04-01")
    assert await nearest(client, -140, 0, within_m=50_000) == []
    (found,) = await nearest(client, -140, 0, within_m=50_000, as_known_at=then.isoformat())
    assert found["code"] == "XX-OPEN"


async def test_conditions_and_country_are_separate(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "FJ-QUA", 179.0, -17.0)
    await record_status(
        shipped, point, "open", "04-01", measures=(build_measure("mandatory_quarantine", direction="entry"),)
    )
    (found,) = await nearest(client, 179.0, -17.0, limit=1)
    assert (found["passable"], found["conditions"]) == ("conditional", ["mandatory_quarantine"])
    assert found["international_travel"] == 4


async def test_types_and_distance_narrow(client: httpx.AsyncClient) -> None:
    found = await nearest(client, 20.46, 44.81, passable=EVERYTHING, poe_type="blue_border_point", limit=3)
    assert {point["poe_type"] for point in found} == {"blue_border_point"}
    within = await nearest(client, 20.46, 44.81, passable=EVERYTHING, within_m=20_000, limit=100)
    assert within
    assert max(point["distance_m"] for point in within) <= 20_000
    everything = await nearest(client, 20.46, 44.81, passable=EVERYTHING, limit=100)
    assert [point for point in everything if point["distance_m"] < 20_000] == within


async def test_nearest_are_empty_where_all_points_are_closed(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/nearest", lon=20.46, lat=44.81, datetime=ON)
    assert document["features"] == []
    assert "no such point" in document["notes"][0]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"lat": "1"}, "lon"),
        ({"lon": "181"}, "lon"),
        ({"lat": "-90.5"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lon": "1e2"}, "lon"),
        ({"limit": "0"}, "limit"),
        ({"within_m": "0"}, "within_m"),
        ({"within_m": "inf"}, "within_m"),
        ({"direction": "both"}, "direction"),
        ({"passable": "maybe"}, "passable"),
        ({"poe_type": "bridge"}, "poe_type"),
        ({"population": "martians"}, "population"),
        ({"nationality": "XXX"}, "nationality"),
        ({"radius": "1"}, "radius"),
    ],
)
async def test_invalid_parameter_is_named(client: httpx.AsyncClient, query: dict[str, str], parameter: str) -> None:
    given = query if parameter == "lon" and "lon" not in query else {"lon": "1", "lat": "1"} | query
    response = await client.get("/nearest", params=given)
    assert response.status_code == 400
    assert parameter in {error["parameter"] for error in response.json()["errors"]}


async def test_point_links_to_itself_with_both_clocks(client: httpx.AsyncClient) -> None:
    (found,) = await nearest(client, 20.46, 44.81, passable=EVERYTHING, limit=1)
    asked_for = httpx.URL(found["href"])
    assert asked_for.path.endswith(found["code"])
    assert set(asked_for.params) == {"datetime", "as_known_at"}


async def test_nearest_has_a_page(client: httpx.AsyncClient) -> None:
    page = await client.get("/nearest", params={"lon": 20.46, "lat": 44.81, "passable": EVERYTHING, "f": "html"})
    assert page.status_code == 200
    assert "Nearest points for entry" in page.text


def five_near() -> tuple[Any, dict[str, Any]]:
    """The statement that is tried first, with its values."""
    near = NearestRequest(177.4, -17.8, limit=5)
    on = FeatureFilter(Days.on(day("04-15")), is_poe=True)
    statement, values = build_cached_statement(select_nearest, on, near.direction, False)  # noqa: FBT003
    return statement, values | near.values() | {
        "stale_until": day("03-18"),
        "looked_at": SEARCH_FACTORS[0] * near.limit,
    }


async def test_index_gives_the_nearest_and_the_cost_does_not_grow_with_history(counted: AsyncConnection) -> None:
    points = [await add_poe(counted, f"FJ-T{number}", 177.4 + number / 50, -17.8) for number in range(8)]
    for point in points:
        await record_status(counted, point, "open", "04-01")
    young = await explain_plan(counted, *five_near())
    by_place = [each for each in young if each.get("Index Name") == "point_of_entry_version_place_idx"]
    assert ["Order By" in each for each in by_place] == [True]
    # Of 9,000 points, a few around the place.
    assert count_rows_read(young, "point_of_entry_version") < 200
    for point in points:
        for week in range(20):
            await record_status(counted, point, ("closed", "open")[week % 2], f"20{20 + week}-05-01")
    # What a service's own autovacuum does. A table of so few records is else, at times, read whole, or by any index.
    await counted.execute(text("ANALYZE restriction"))
    await counted.execute(text("SET LOCAL enable_seqscan = off"))
    old = await explain_plan(counted, *five_near())
    # No more than one record of each point that is looked at, of the many that it has.
    assert count_rows_read(old, "restriction") <= SEARCH_FACTORS[0] * 5
    assert count_rows_read(old, "point_of_entry_version") == count_rows_read(young, "point_of_entry_version")
