"""The web map in a real browser: what a visitor sees and does, against the running service."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from a_point import say
from a_service import address_of, environment, served
from conftest import own_database
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from the_register import codes_where

from api.database import engine_for
from api.symbols import symbols
from models.register import point_ids

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_S = 300
SCRIPT = Path(__file__).parent.parent / "browser/map.mjs"
CLOSED = next(group.colour for group in symbols().status_groups if group.value == "fully_closed")
OPEN = next(group.colour for group in symbols().status_groups if group.value == "fully_operational")
in_a_browser = pytest.mark.skipif(
    CHROMIUM is None or shutil.which("node") is None, reason="a browser is missing: apt-get install chromium"
)


@pytest.fixture(scope="module")
async def at_rest(shipped_database: str, shipped_engine: AsyncEngine) -> str:
    """The shipped database with nobody connected to it, as one has to be that is copied."""
    await shipped_engine.dispose()
    return shipped_database


@pytest.fixture(scope="module")
def copied(server: str, at_rest: str) -> Iterator[str]:
    """Address of a copy of the shipped database, of which a test may commit changes."""
    with own_database(server, template=str(make_url(at_rest).database)) as address:
        yield address


@pytest.fixture(scope="module")
async def closed(copied: str) -> str:
    """The same, in which Serbia's points are open in February 2020 and closed from 20 March to 10 May."""
    engine = engine_for(copied)
    async with engine.begin() as connection:
        numbers = await point_ids(connection, sorted(codes_where(country_iso3="SRB")))
        for number in numbers.values():
            await say(connection, number, "open", "01-10")
            await say(connection, number, "closed", "03-20", "05-11")
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def seen(closed: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser saw."""
    own = environment(str(tmp_path_factory.mktemp("map")), DATABASE_URL=closed)
    with served(own):
        command = ["node", str(SCRIPT), address_of(own), str(CHROMIUM)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@in_a_browser
class TestInABrowser:
    def test_nothing_fails(self, seen: dict[str, Any]) -> None:
        assert (seen["errors"], seen["failed"]) == ([], [])

    def test_no_other_host_is_asked_for_anything(self, seen: dict[str, Any]) -> None:
        assert len(seen["hosts"]) == 1
        assert seen["hosts"][0].startswith("127.0.0.1")

    def test_moving_through_time_changes_what_is_drawn(self, seen: dict[str, Any]) -> None:
        assert seen["before"].get(OPEN, 0) > 50
        assert CLOSED not in seen["before"]
        assert seen["after"].get(CLOSED, 0) > 50
        assert OPEN not in seen["after"]
        assert "datetime=2020-04-15" in seen["addressAfter"]

    def test_a_search_opens_the_card_of_a_point_with_its_history(self, seen: dict[str, Any]) -> None:
        for text in ("Belgrade Nikola Tesla Airport", "BEG", "Closed for entry and exit", "History", "Open for entry"):
            assert text in seen["card"]
        assert seen["timeline"] == 3

    def test_a_shared_link_shows_the_same(self, seen: dict[str, Any]) -> None:
        assert "point=OA-4610" in seen["sharedLink"]
        assert (seen["sharedCard"], seen["sharedDay"]) == (seen["card"], "2020-04-15")

    def test_what_changed_in_a_week_is_shown_alone(self, seen: dict[str, Any]) -> None:
        assert seen["changedThen"].get(CLOSED, 0) > 50
        assert CLOSED not in seen["changedLater"]
        assert "changes=week" in seen["changesAddress"]

    def test_a_filter_takes_away_what_it_does_not_ask_for(self, seen: dict[str, Any]) -> None:
        assert "status_group=fully_operational" in seen["filteredAddress"]
        assert CLOSED not in seen["filtered"]

    def test_the_language_is_switched_and_with_it_the_direction(self, seen: dict[str, Any]) -> None:
        assert (seen["direction"], seen["language"]) == ("rtl", "وسيلة الإيضاح")

    def test_there_is_no_serious_fault_of_accessibility(self, seen: dict[str, Any]) -> None:
        assert seen["violations"] == []

    def test_nothing_is_wider_than_the_screen(self, seen: dict[str, Any]) -> None:
        assert seen["overflows"] == [False, False]

    def test_embedded_the_map_stands_alone(self, seen: dict[str, Any]) -> None:
        assert seen["embedded"] == 0


async def test_the_page_names_the_days_that_there_are(client: httpx.AsyncClient) -> None:
    page = await client.get("/map")
    assert page.status_code == 200
    assert 'data-first-day="2020-01-01"' in page.text


async def test_without_scripts_the_page_leads_to_the_table(client: httpx.AsyncClient) -> None:
    assert "/collections/points-of-entry/items" in (await client.get("/map")).text


@pytest.mark.parametrize(("query", "status"), [("datetime=never", 400), ("region=SEEECA", 200), ("nonsense=1", 400)])
async def test_the_address_of_a_map_is_checked(client: httpx.AsyncClient, query: str, status: int) -> None:
    assert (await client.get(f"/map?{query}")).status_code == status
