"""The page of an office in a real browser: what an office and a reviewer do with it, against the running service."""

import json
import re
from typing import Any

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import record_status
from helpers.offices import create_key, create_office
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from helpers.shipped.register import select_codes

from api.database.engine import build_engine
from api.tiles.symbols import load_symbols
from models.codes import list_codes
from models.recording.register import fetch_point_ids

BELGRADE, NIS = "OA-4610", "OA-4612"
COLOURS = {group.value: group.colour for group in load_symbols().status_groups}
OPEN, PARTIAL = COLOURS["fully_operational"], COLOURS["partially_operational"]
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def keys(copied: str) -> dict[str, str]:
    """Keys of an office of Serbia, of one that is reviewed and of its reviewer; Serbia's points are open but one."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        numbers = await fetch_point_ids(connection, sorted(select_codes(country_iso3="SRB")))
        for code, number in numbers.items():
            await record_status(connection, number, "closed_for_exit" if code == NIS else "open", "01-10")
        await create_office(connection, "serbia")
        await create_office(connection, "belgrade", needs_review=True)
        await create_office(connection, "vienna", countries=(), regions=("SEEECA",))
        issued = {
            "office": await create_key(connection, "serbia"),
            "reviewed": await create_key(connection, "belgrade"),
            "reviewer": await create_key(connection, "vienna", "reviewer"),
        }
    await engine.dispose()
    return {name: key.format() for name, key in issued.items()}


@pytest.fixture(scope="module")
def seen(copied: str, keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Json:
    """Return the browser's report of the page, and the service's answers afterwards."""
    own = build_environment(str(tmp_path_factory.mktemp("office")), DATABASE_URL=copied)
    with run_service(own):
        found = run_in_browser("office.mjs", get_address(own), json.dumps(keys))
        bearer = {"Authorization": f"Bearer {keys['office']}"}
        with httpx.Client(base_url=get_address(own), headers=bearer, timeout=PATIENCE_S) as client:
            found["submissions"] = client.get("/submissions").json()["submissions"]
            found["records"] = {
                code: client.get(f"/points-of-entry/{code}/history?f=json").json()["restrictions"]
                for code in (BELGRADE, NIS)
            }
    return found


@in_a_browser
class TestInABrowser:
    def test_nothing_fails(self, seen: Json) -> None:
        assert (seen["errors"], seen["failed"]) == ([], [])

    def test_page_requests_no_other_host(self, seen: Json) -> None:
        assert len(seen["hosts"]) == 1

    def test_wrong_key_is_refused_with_a_reason(self, seen: Json) -> None:
        assert "unknown key" in seen["wrongKey"]

    def test_last_state_is_filled_in(self, seen: Json) -> None:
        assert "Open for entry and exit" in seen["believed"]
        assert "Never assessed" not in seen["believed"]

    def test_nothing_changed_for_the_rest_confirms_it(self, seen: Json) -> None:
        points = len(select_codes(country_iso3="SRB"))
        assert f"changed 1, confirmed {points - 1}, left out 0" in seen["progress"]

    def test_difference_is_shown_before_sending(self, seen: Json) -> None:
        for text in ("Open for entry and exit", "Closed for entry only", "Mandatory quarantine", "Tourists"):
            assert text in seen["difference"]

    def test_sent_update_is_shown_and_removed_from_the_browser(self, seen: Json) -> None:
        assert "Sent and published. Changed: 1." in seen["published"]
        assert "Closed for entry only" in seen["afterwards"]
        assert seen["left"] == []

    def test_map_shows_it(self, seen: Json) -> None:
        assert OPEN in seen["mapBefore"]
        assert PARTIAL not in seen["mapBefore"]
        assert PARTIAL in seen["mapAfter"]
        assert OPEN not in seen["mapAfter"]

    def test_service_has_the_complete_update(self, seen: Json) -> None:
        said = next(r for r in seen["records"][BELGRADE] if r["operational_status"] == "closed_for_entry")
        assert (said["measures"], said["affected_populations"]) == (["mandatory_quarantine"], ["tourists"])
        assert said["comment"] == "By decree"

    def test_drafts_survive_closing_the_page(self, seen: Json) -> None:
        assert seen["kept"] == "closed"

    def test_offline_update_waits_in_the_browser(self, seen: Json) -> None:
        assert "cannot be reached" in seen["unseen"]
        assert "kept in this browser" in seen["pending"]
        assert seen["locked"]

    def test_update_with_a_lost_response_is_recorded_once(self, seen: Json) -> None:
        assert seen["tries"] >= 2
        closings = [r for r in seen["records"][NIS] if r["operational_status"] == "closed"]
        assert len(closings) == 1
        # The week, what the bad line held up, and the good rows of the spreadsheet.
        assert (len(seen["submissions"]), seen["sent"]) == (3, 3)

    def test_weeks_spreadsheet_is_downloaded(self, seen: Json) -> None:
        assert seen["template"] is None

    def test_spreadsheet_is_tried_first_and_its_faults_are_named(self, seen: Json) -> None:
        for text in ("of 2 rows, 1 cannot be used", "OA-9999999", "Row 3"):
            assert text in seen["badFile"]

    def test_reviewer_sees_the_difference_and_publishes(self, seen: Json) -> None:
        for text in ("Belgrade Nikola Tesla Airport", "Closed for entry and exit", "Open for entry and exit"):
            assert text in seen["review"]
        assert seen["decided"] == "Published."

    def test_there_is_no_serious_fault_of_accessibility(self, seen: Json) -> None:
        assert seen["violations"] == []

    def test_nothing_is_wider_than_the_screen(self, seen: Json) -> None:
        assert not any(seen["overflows"])

    def test_in_arabic_the_page_runs_from_right_to_left(self, seen: Json) -> None:
        assert seen["direction"] == "rtl"


async def test_page_can_be_looked_at_without_a_key(client: httpx.AsyncClient) -> None:
    page = await client.get("/office")
    found = re.search(r'<script type="application/json" id="definitions">(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    lists = json.loads(found[1])["code_lists"]
    assert [each["code"] for each in lists["operational_status"]] == list(list_codes("operational_status"))


@pytest.mark.parametrize(("query", "status"), [("lang=fr", 200), ("nonsense=1", 400)])
async def test_address_of_the_page_is_checked(client: httpx.AsyncClient, query: str, status: int) -> None:
    assert (await client.get(f"/office?{query}")).status_code == status
