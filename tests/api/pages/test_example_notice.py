"""Nobody can find a page, a picture or a description of data on which example data is not called so."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import httpx
import pytest
from conftest import create_app_in_transaction
from helpers.factories import record_status
from helpers.http import get_json
from helpers.offices import create_office, sign_in
from helpers.operations.pages import BELGRADE, is_page, list_paths
from helpers.snapshot import create_memory_store, read_document
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.read_routing import REVISION
from api.publishing.publish import put_snapshot
from api.publishing.snapshot import Snapshot
from api.responses.example_notice import fetch_example_notice_at, load_example_texts
from models.queries.example_data import EXAMPLE_OFFICE, select_example_state
from models.recording.register import fetch_point_ids

NOTICE = load_example_texts()["en"]
# A report says it in words of its own, which begin alike in each language.
FIRST_WORDS = NOTICE.partition(":")[0]
REPORT = "/reports/points-of-entry?level=country&area=SRB&on=2020-04-30"
# By a client without a key, which sees a page that asks for one.
AS_A_BROWSER = {"Accept": "text/html"}
DESCRIPTIONS = (
    *("/", "/collections", "/collections/points-of-entry", "/collections/changes", "/sources"),
    *("/statistics?group_by=status_group", "/signals", "/accessibility?country=SRB", "/freshness?country=SRB"),
    *("/crossings?from=SRB&to=HUN", "/nearest?lon=20.5&lat=44.8"),
    *("/collections/points-of-entry/tiles", "/collections/points-of-entry/tiles/WebMercatorQuad"),
    *("/collections/points-of-entry/tilejson", "/collections/countries/tilejson"),
    *("/styles/points-of-entry", "/styles/countries", "/changes.json", "/changes.atom"),
)
TABLES = (
    "/statistics?group_by=status_group&f=csv",
    "/signals?f=csv&least_points=1",
    "/accessibility?country=SRB&f=csv",
)
Row = dict[str, str]


async def post(client: httpx.AsyncClient, key: Row, **row: str) -> None:
    rows = [{"point": BELGRADE, "assessed_on": "2020-04-15", "operational_status": "closed"} | row]
    response = await client.post("/submissions", json={"rows": rows}, headers=key)
    assert response.status_code == 201, response.text


@pytest.fixture
async def with_example(client: httpx.AsyncClient, shipped: AsyncConnection) -> httpx.AsyncClient:
    """The service, with an assessment of Belgrade that is example data."""
    key = await sign_in(shipped, await create_office(shipped, EXAMPLE_OFFICE))
    await post(client, key)
    return client


@pytest.fixture
async def with_real_data(client: httpx.AsyncClient, shipped: AsyncConnection) -> httpx.AsyncClient:
    """The service, with the same assessment by an office that is no example."""
    await post(client, await sign_in(shipped, await create_office(shipped, "serbia")))
    return client


async def pages(client: httpx.AsyncClient) -> dict[str, str]:
    """Every page, by its address."""
    found = {path: await client.get(path, headers=AS_A_BROWSER) for path in list_paths()}
    return {path: page.text for path, page in found.items() if is_page(page)}


async def test_every_page_has_the_example_notice(with_example: httpx.AsyncClient) -> None:
    found = await pages(with_example)
    assert {"/", "/map", "/map?embed", "/office", "/api.html", "/no/such/page", REPORT} <= set(found)
    assert len(found) > 30
    assert [path for path, text in found.items() if FIRST_WORDS not in text] == []
    # All but the report, which can be kept as a file of its own, have the same banner.
    without = [path for path, text in found.items() if 'class="example-notice"' not in text]
    assert without == [REPORT]


async def test_pages_without_example_data_have_no_notice(with_real_data: httpx.AsyncClient) -> None:
    found = await pages(with_real_data)
    assert len(found) > 30
    assert [path for path, text in found.items() if FIRST_WORDS in text or "example-notice" in text] == []


@pytest.mark.parametrize("path", DESCRIPTIONS)
async def test_dataset_description_has_the_example_notice(with_example: httpx.AsyncClient, path: str) -> None:
    assert NOTICE in (await with_example.get(path, headers={"Accept": "application/json"})).text


@pytest.mark.parametrize("path", DESCRIPTIONS)
async def test_description_of_real_data_has_no_notice(with_real_data: httpx.AsyncClient, path: str) -> None:
    assert NOTICE not in (await with_real_data.get(path, headers={"Accept": "application/json"})).text


@pytest.mark.parametrize("path", TABLES)
async def test_table_of_example_data_has_a_notice_column(with_example: httpx.AsyncClient, path: str) -> None:
    names, tags, *rows = (await with_example.get(path)).text.splitlines()
    assert names.endswith(",note")
    assert tags.endswith(",#meta+note")
    assert [row for row in rows if not row.endswith(f',"{NOTICE}"')] == []


@pytest.mark.parametrize("path", TABLES)
async def test_table_of_real_data_has_no_such_column(with_real_data: httpx.AsyncClient, path: str) -> None:
    assert "note" not in (await with_real_data.get(path)).text.splitlines()[0]


@pytest.mark.parametrize(("language", "text"), load_example_texts().items())
async def test_notice_is_in_the_requested_language(with_example: httpx.AsyncClient, language: str, text: str) -> None:
    page = (await with_example.get(f"/map?lang={language}")).text.replace("&#39;", "'")
    assert f">{text}</p>" in page
    style = await get_json(with_example, f"/styles/points-of-entry?lang={language}")
    assert style["sources"]["points-of-entry"]["attribution"].startswith(text)


async def test_every_report_image_has_the_notice(with_example: httpx.AsyncClient) -> None:
    page = (await with_example.get(REPORT, headers=AS_A_BROWSER)).text
    labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    assert len(labels) >= 3
    assert [label for label in labels if not label.startswith(f"{FIRST_WORDS}. ")] == []


async def test_report_images_of_real_data_have_no_notice(with_real_data: httpx.AsyncClient) -> None:
    page = (await with_real_data.get(REPORT, headers=AS_A_BROWSER)).text
    assert len(re.findall('<svg role="img" aria-label="', page)) >= 3
    assert FIRST_WORDS not in page


async def test_qgis_project_and_layers_have_the_notice(with_example: httpx.AsyncClient) -> None:
    file = zipfile.ZipFile(io.BytesIO((await with_example.get("/qgis/crossings.qgz")).content))
    project = file.read("crossings.qgs").decode()
    assert NOTICE in project
    assert f"<title>Crossings ({FIRST_WORDS})</title>" in project
    assert f"<layername>Points of entry ({FIRST_WORDS})</layername>" in project
    assert f'name="Points of entry ({FIRST_WORDS})"' in project


async def test_state_before_the_example_data_has_no_notice(with_example: httpx.AsyncClient) -> None:
    page = await with_example.get("/statistics", params={"as_known_at": "2020-01-01"}, headers=AS_A_BROWSER)
    assert NOTICE not in page.text


async def test_example_data_that_another_office_superseded_is_no_longer_in_view(
    with_example: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    point = (await fetch_point_ids(shipped, [BELGRADE]))[BELGRADE]
    await record_status(shipped, point, "open", "04-15")
    assert NOTICE not in (await with_example.get("/codes", headers=AS_A_BROWSER)).text


@pytest.mark.usefixtures("with_example")
async def test_notice_is_queried_once_for_each_revision(
    shipped: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app_in_transaction(shipped)
    asked: list[Any] = []
    row = app.state.database.fetch_row

    async def noted(statement: Any, values: Any, **more: Any) -> Any:
        asked.append(statement)
        return await row(statement, values, **more)

    async def of_one_revision(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, REVISION: "one"}, receive, send)

    monkeypatch.setattr(app.state.database, "fetch_row", noted)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(of_one_revision), base_url="http://test") as client:
        for path in ("/map", "/office", "/map"):
            assert NOTICE in (await client.get(path, headers=AS_A_BROWSER)).text
    assert asked.count(select_example_state()) == 1


@pytest.mark.parametrize("form", ["geojson", "jsonfg"])
async def test_file_of_example_data_has_the_notice(with_example: httpx.AsyncClient, form: str) -> None:
    asked = {"country": "SRB", "datetime": "2020-04-15", "f": form}
    response = await with_example.get("/collections/points-of-entry/items", params=asked)
    assert response.status_code == 200
    assert NOTICE in response.text


async def test_file_of_real_data_has_no_notice(with_real_data: httpx.AsyncClient) -> None:
    response = await with_real_data.get("/collections/points-of-entry/items?country=SRB&f=geojson")
    assert response.status_code == 200
    assert NOTICE not in response.text


@pytest.mark.usefixtures("with_example")
async def test_snapshot_item_has_the_notice(shipped: AsyncConnection) -> None:
    now = dt.datetime.now(dt.UTC)
    place, snapshot = create_memory_store(), Snapshot(dt.date(2020, 4, 15), now)
    await put_snapshot(place, snapshot, [], now, await fetch_example_notice_at(shipped, None))
    item = await read_document(place, snapshot.item)
    assert item["properties"]["notice"].startswith(f"{NOTICE} ")


async def test_snapshot_item_of_real_data_has_no_notice(shipped: AsyncConnection) -> None:
    assert await fetch_example_notice_at(shipped, None) == ""
