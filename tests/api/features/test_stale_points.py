"""Points whose status is stale, or that nobody assessed, asked for by themselves, and marked on pages."""

import datetime as dt
import html

import httpx
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import POINTS, count_matched, get_json, get_properties
from helpers.reports.random_points import REPORT
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.responses.stale_after import compute_stale_age_d
from api.values.datetimes import get_today
from models.recording.register import fetch_point_ids
from models.tables.assessment import Assessment
from models.tables.revision import begin_revision

ON = "2020-04-29"
TILE = "/collections/points-of-entry/tiles/WebMercatorQuad/0/0/0"


@pytest.fixture
async def then(shipped: AsyncConnection) -> dt.datetime:
    """The moment before XX-AGAIN was assessed again; other points: assessed once, without status, and never."""
    points = {code: await add_poe(shipped, code, iso3="FJI") for code in ("XX-OLD", "XX-AGAIN", "XX-NONE", "XX-BARE")}
    for code in ("XX-OLD", "XX-AGAIN"):
        await record_status(shipped, points[code], "open", "04-01")
        await assess(shipped, code, "04-01")
    await assess(shipped, "XX-BARE", "04-01")
    moment = await begin_revision(shipped, "test")
    await assess(shipped, "XX-AGAIN", "04-20")
    return moment


async def assess(database: AsyncConnection, code: str, on: str) -> None:
    point = (await fetch_point_ids(database, [code]))[code]
    about = {"source_id": await fetch_source_id(database), "recorded_at": await begin_revision(database, "test")}
    await database.execute(insert(Assessment).values(point_of_entry_id=point, assessed_on=day(on), **about))


async def codes(client: httpx.AsyncClient, **query: object) -> set[str]:
    found = await get_properties(client, POINTS, **{"country": "FJI", "datetime": ON} | query)
    return {code for code in found if code.startswith("XX-")}


async def test_points_can_be_filtered_by_staleness(client: httpx.AsyncClient, then: dt.datetime) -> None:
    assert await codes(client, stale="true") == {"XX-OLD"}
    assert await codes(client, stale="false") == {"XX-AGAIN", "XX-NONE", "XX-BARE"}
    assert await codes(client, assessed="false") == {"XX-NONE", "XX-BARE"}
    assert await codes(client, stale="false", assessed="true") == {"XX-AGAIN"}
    assert await codes(client, stale="true", assessed="false") == set()
    assert await codes(client, stale="true", datetime="2020-04-28") == set()
    assert await codes(client, stale="true", datetime="2020-01-01/2020-05-18") == {"XX-OLD", "XX-AGAIN"}
    assert await codes(client, stale="true", as_known_at=then.isoformat()) == {"XX-OLD", "XX-AGAIN"}


@pytest.mark.usefixtures("then")
async def test_stale_and_other_points_are_all_points(client: httpx.AsyncClient) -> None:
    asked = {"datetime": ON, "country": "FJI"}
    parts = [await count_matched(client, POINTS, stale=stale, **asked) for stale in ("true", "false")]
    assert (parts[0], sum(parts)) == (1, await count_matched(client, POINTS, **asked))


@pytest.mark.usefixtures("then")
async def test_filter_combines_with_staleness(client: httpx.AsyncClient) -> None:
    assert await codes(client, stale="true", filter="code = 'XX-OLD'") == {"XX-OLD"}
    assert await codes(client, stale="true", filter="code = 'XX-AGAIN'") == set()


@pytest.mark.usefixtures("then")
async def test_tiles_contain_stale_points_alone(client: httpx.AsyncClient) -> None:
    features = (await get_json(client, TILE, f="geojson", datetime=ON, stale="true"))["features"]
    # Fiji lies near 180 degrees, and so once more in the margin on the other side. Places are those of the tile's grid.
    found = [(each["id"], each["geometry"]["coordinates"], each["properties"]["points"]) for each in features]
    assert found == [("XX-OLD", [-182.636719, -17.811456], 1), ("XX-OLD", [177.363281, -17.811456], 1)]


@pytest.mark.parametrize("parameter", ["stale", "assessed"])
async def test_invalid_boolean_is_named(client: httpx.AsyncClient, parameter: str) -> None:
    response = await client.get(POINTS, params={parameter: "perhaps"})
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


async def test_other_collections_refuse_the_stale_parameter(client: httpx.AsyncClient) -> None:
    assert (await client.get("/collections/restrictions/items", params={"stale": "true"})).status_code == 400


@pytest.mark.usefixtures("then")
async def test_tables_and_pages_show_the_age_of_a_status(client: httpx.AsyncClient) -> None:
    mark = '<span class="stale">last reported 28 days before</span>'
    table = (await client.get(POINTS, params={"f": "html", "country": "FJI", "datetime": ON})).text
    assert table.count(mark) == 1
    item = (await client.get(f"{POINTS}/XX-OLD", params={"f": "html", "datetime": ON})).text
    assert mark in item
    for code, on in (("XX-AGAIN", ON), ("XX-OLD", "2020-04-28"), ("XX-BARE", ON), ("XX-NONE", ON)):
        page = (await client.get(f"{POINTS}/{code}", params={"f": "html", "datetime": on})).text
        assert 'class="stale"' not in page


@pytest.mark.usefixtures("then")
async def test_history_shows_the_age_of_the_current_status(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    age_d = (get_today() - day("04-20")).days
    page = (await client.get("/points-of-entry/XX-AGAIN/history", params={"f": "html"})).text
    assert page.count('class="stale"') == 1
    assert f'Open for entry and exit <span class="stale">last reported {age_d} days before</span>' in page
    await assess(shipped, "XX-AGAIN", get_today().isoformat())
    assert 'class="stale"' not in (await client.get("/points-of-entry/XX-AGAIN/history", params={"f": "html"})).text


@pytest.mark.usefixtures("then")
@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("en", "Open for entry and exit (last reported 28 days before)"),
        ("fr", "Ouvert à l'entrée et à la sortie (dernier rapport 28 jours avant)"),
        ("es", "Abierto para la entrada y la salida (último informe 28 días antes)"),
    ],
)
async def test_report_shows_the_age_of_a_status(client: httpx.AsyncClient, lang: str, marked: str) -> None:
    asked = {"level": "country", "area": "FJI", "on": ON, "lang": lang, "f": "html"}
    page = html.unescape((await client.get(REPORT, params=asked)).text)
    assert page.count(marked) == 1
    mark = marked[marked.index("(") + 1 : marked.index("28")]
    assert page.count(mark) == 1


@pytest.mark.usefixtures("then")
async def test_table_form_has_the_stale_parameter(client: httpx.AsyncClient) -> None:
    asked = {"f": "html", "country": "FJI", "datetime": ON, "stale": "true", "assessed": "true"}
    page = (await client.get(POINTS, params=asked)).text
    assert '<option value="true" selected>Old: 28 days or more</option>' in page
    assert '<option value="true" selected>Assessed</option>' in page
    assert 'type="hidden" name="stale"' not in page


@pytest.mark.parametrize(
    ("last_assessed", "days", "expected"),
    [
        ("2020-04-01", "2020-04-28", None),
        ("2020-04-01", "2020-03-01/2020-04-29", 28),
        ("2020-04-01", "2020-03-01/..", None),
        (None, "2020-04-28", None),
    ],
)
def test_age_of_a_stale_status_is_counted_to_the_last_requested_day(
    last_assessed: str | None, days: str, expected: int | None
) -> None:
    assert compute_stale_age_d(last_assessed, days) == expected
