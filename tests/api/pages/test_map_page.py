"""The web map in a real browser: what a visitor sees and does, against the running service."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import day, fetch_source_id, record_status
from helpers.servers.service import build_environment, get_address, run_service
from helpers.shipped.register import select_codes
from sqlalchemy import insert

from api.database.engine import build_engine
from api.tiles.symbols import load_symbols
from models.recording.register import fetch_point_ids
from models.tables.assessment import Assessment

WEEKS = 26
# The middle of the map that is opened first.
LONGITUDE, LATITUDE = 20.5, 44.5
CLOSED = next(group.colour for group in load_symbols().status_groups if group.value == "fully_closed")
OPEN = next(group.colour for group in load_symbols().status_groups if group.value == "fully_operational")


@pytest.fixture(scope="module")
async def closed(copied: str) -> str:
    """The same, in which Serbia's points are open in February 2020 and closed from 20 March to 10 May.

    Somebody looked at them on 1 April.
    """
    engine = build_engine(copied)
    async with engine.begin() as connection:
        source = await fetch_source_id(connection)
        numbers = await fetch_point_ids(connection, sorted(select_codes(country_iso3="SRB")))
        for number in numbers.values():
            await record_status(connection, number, "open", "01-10")
            _, recorded_at = await record_status(connection, number, "closed", "03-20", "05-11")
            looked = {"assessed_on": day("04-01"), "source_id": source, "recorded_at": recorded_at}
            await connection.execute(insert(Assessment).values(point_of_entry_id=number, **looked))
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def seen(closed: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser saw."""
    own = build_environment(str(tmp_path_factory.mktemp("map")), DATABASE_URL=closed)
    with run_service(own):
        return run_in_browser("map.mjs", get_address(own), CLOSED)


def over_land(colour: str) -> str:
    """The colour at half strength over that of land."""
    over, under = (bytes.fromhex(each[1:]) for each in (colour, load_symbols().ground.land))
    return "#" + bytes((one + other + 1) // 2 for one, other in zip(over, under, strict=True)).hex()


@in_a_browser
class TestInABrowser:
    def test_nothing_fails(self, seen: dict[str, Any]) -> None:
        assert (seen["errors"], seen["failed"]) == ([], [])

    def test_page_requests_no_other_host(self, seen: dict[str, Any]) -> None:
        assert len(seen["hosts"]) == 1
        assert seen["hosts"][0].startswith("127.0.0.1")

    def test_buttons_of_the_map_stand_on_it(self, seen: dict[str, Any]) -> None:
        assert seen["controls"] == "absolute"

    def test_moving_through_time_changes_the_map(self, seen: dict[str, Any]) -> None:
        assert seen["before"].get(OPEN, 0) > 50
        assert CLOSED not in seen["before"]
        assert seen["after"].get(CLOSED, 0) > 50
        assert OPEN not in seen["after"]
        assert "datetime=2020-04-15" in seen["addressAfter"]

    def test_near_countries_are_shaded_at_half_strength(self, seen: dict[str, Any]) -> None:
        levels = [level.colour for level in load_symbols().travel_levels[1:]]
        assert not [colour for colour in levels if seen["after"].get(colour, 0) > 20]
        assert sum(seen["after"].get(over_land(colour), 0) for colour in levels) > 10_000

    def test_shares_are_the_statistics_of_the_view(self, seen: dict[str, Any]) -> None:
        last = {row["status_group"]: row for row in seen["statistics"] if row["as_on"] == "2020-04-15"}
        assessed, others = last["fully_closed"]["points"], last[None]["points"]
        assert last["fully_closed"]["of_points"] == assessed > 0
        assert last["fully_closed"]["share"] == 1
        assert seen["shares"][-1] == ["15 April 2020", "100%", "0%", "0%", "0%", f"{assessed}", f"{others}"]
        assert seen["shares"][-5][:4] == ["22 March 2020", "100%", "0%", "0%"]
        assert seen["shares"][-6][:4] == ["15 March 2020", "0%", "0%", "100%"]
        assert len(seen["shares"]) == WEEKS

    def test_shares_are_requested_for_the_view_and_not_during_playback(self, seen: dict[str, Any]) -> None:
        asked = dict(parse_qsl(urlsplit(seen["sharesAsked"][1]).query))
        west, south, east, north = map(float, asked["bbox"].split(","))
        assert west < LONGITUDE < east
        assert south < LATITUDE < north
        assert asked["datetime"] == "2019-10-21/2020-04-15"
        assert seen["askedWhileMoving"] == 0

    def test_card_is_opened_and_closed_by_keyboard_alone(self, seen: dict[str, Any]) -> None:
        assert seen["opened"]
        assert seen["returned"].startswith(seen["opened"])
        assert seen["closed"] is True

    def test_map_has_a_name_and_shows_that_the_keyboard_is_in_it(self, seen: dict[str, Any]) -> None:
        assert (seen["map"], seen["ring"]) == ("Map of points of entry", "solid")

    def test_point_is_drawn_pale_from_its_first_stale_day(self, seen: dict[str, Any]) -> None:
        before, after = seen["ages"]
        assert before["weeks"]["4+"] == after["weeks"]["3"] == 0
        assert before["weeks"]["3"] == after["weeks"]["4+"] > 0
        assert before["closed"] > 50
        assert after["closed"] == 0
        assert "last reported 28 days before" in after["card"]
        assert "last reported" not in before["card"]

    def test_search_opens_the_card_of_a_point_with_its_history(self, seen: dict[str, Any]) -> None:
        for text in ("Belgrade Nikola Tesla Airport", "BEG", "Closed for entry and exit", "History", "Open for entry"):
            assert text in seen["card"]
        assert seen["timeline"] == 3

    def test_shared_link_shows_the_same(self, seen: dict[str, Any]) -> None:
        assert "point=OA-4610" in seen["sharedLink"]
        assert (seen["sharedCard"], seen["sharedDay"]) == (seen["card"], "2020-04-15")

    def test_changes_of_a_week_are_shown_alone(self, seen: dict[str, Any]) -> None:
        assert seen["changedThen"].get(CLOSED, 0) > 50
        assert CLOSED not in seen["changedLater"]
        assert "changes=week" in seen["changesAddress"]

    def test_filter_hides_other_points(self, seen: dict[str, Any]) -> None:
        assert "status_group=fully_operational" in seen["filteredAddress"]
        assert CLOSED not in seen["filtered"]

    def test_shading_is_switched_off_and_candidates_on_in_the_address_too(self, seen: dict[str, Any]) -> None:
        asked = dict(parse_qsl(urlsplit(seen["switchedAddress"]).query))
        assert (asked["levels"], asked["lifecycle"]) == ("off", "active,candidate")
        assert seen["candidates"] == "/collections/points-of-entry/tiles/7"

    def test_language_is_switched_and_with_it_the_direction(self, seen: dict[str, Any]) -> None:
        assert (seen["direction"], seen["language"]) == ("rtl", "وسيلة الإيضاح")

    def test_there_is_no_serious_fault_of_accessibility(self, seen: dict[str, Any]) -> None:
        assert seen["violations"] == []

    def test_nothing_is_wider_than_the_screen(self, seen: dict[str, Any]) -> None:
        assert seen["overflows"] == [False, False]

    def test_points_that_fail_to_load_are_reported(self, seen: dict[str, Any]) -> None:
        assert seen["missing"] == "Points could not be loaded.Retry"
        assert CLOSED not in seen["drawnMissing"]
        assert "datetime=2020-04-15" in seen["missingAddress"]
        assert "status_group=fully_closed" in seen["missingAddress"]

    def test_retry_loads_the_same_points_when_the_service_is_back(self, seen: dict[str, Any]) -> None:
        assert seen["stillMissing"] == "Points could not be loaded.Retry"
        assert seen["retried"] == ""
        assert seen["drawnAgain"].get(CLOSED, 0) > 50
        assert seen["retriedAddress"] == seen["missingAddress"]

    def test_points_that_fail_to_load_after_moving_are_reported(self, seen: dict[str, Any]) -> None:
        assert seen["movedMissing"] == "Points could not be loaded.Retry"

    def test_play_stops_where_points_cannot_be_loaded(self, seen: dict[str, Any]) -> None:
        assert seen["playing"] == "Play"
        assert seen["stoppedOn"] == "2020-04-22"

    def test_failed_search_is_reported(self, seen: dict[str, Any]) -> None:
        assert seen["searchFailed"] == "The service did not answer. Try again. Retry"

    def test_card_distinguishes_a_missing_point_from_a_lost_connection(self, seen: dict[str, Any]) -> None:
        assert "No connection to the service." in seen["cardOffline"]
        assert "Belgrade Nikola Tesla Airport" in seen["cardAgain"]
        assert seen["cardOfNone"].endswith("There is no point OA-4610 on this day.")

    def test_saved_picture_has_more_than_the_map_on_it(self, seen: dict[str, Any]) -> None:
        width, height = seen["canvas"]
        assert seen["picture"]["width"] == width
        # A title and a disclaimer of one line or more; no notice where there is no example data.
        assert height + 40 < seen["picture"]["height"] < height + 120
        assert seen["picture"]["corner"] != "#ffd9a0"

    def test_embedded_the_map_stands_alone(self, seen: dict[str, Any]) -> None:
        assert seen["embedded"] == 0


async def test_page_names_the_days_that_there_are(client: httpx.AsyncClient) -> None:
    page = await client.get("/map")
    assert page.status_code == 200
    assert 'data-first-day="2020-01-01"' in page.text


async def test_without_scripts_the_page_leads_to_the_table(client: httpx.AsyncClient) -> None:
    assert "/collections/points-of-entry/items" in (await client.get("/map")).text


@pytest.mark.parametrize(("query", "status"), [("datetime=never", 400), ("region=SEEECA", 200), ("nonsense=1", 400)])
async def test_address_of_a_map_is_checked(client: httpx.AsyncClient, query: str, status: int) -> None:
    assert (await client.get(f"/map?{query}")).status_code == status


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("country", "XXX", "'XXX' is not the code of a country"),
        ("country", "UK", "'UK' is not the code of a country; did you mean GBR?"),
        ("region", "NOPE", "'NOPE' is not the code of a region"),
        ("point", "BEG", "there is no point 'BEG'; did you mean OA-4610?"),
        ("point", "Belgrade Nikola Tesla", "there is no point 'Belgrade Nikola Tesla'; did you mean OA-4610 (Belgrade"),
        ("point", "x" * 300, "has 300 characters; at most"),
        ("datetime", "2020-04-01/2020-04-15", "is an interval, and the map shows one day: name one"),
        ("datetime", "2019-12-31", "lies outside the days of the map, 2020-01-01 to "),
        ("datetime", "2199-01-01", "lies outside the days of the map, 2020-01-01 to "),
        ("levels", "half", "Input should be 'on' or 'off'"),
        ("step", "month", "Input should be 'day' or 'week'"),
        ("lang", "de", "Input should be 'en', 'fr', 'es' or 'ar'"),
    ],
)
async def test_unknown_value_is_named_with_suggestions(
    client: httpx.AsyncClient, parameter: str, value: str, reason: str
) -> None:
    response = await client.get("/map", params={parameter: value})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert error["value"][:50] == value[:50]
    assert error["reason"].startswith(reason)


async def test_map_with_valid_values_is_shown(client: httpx.AsyncClient) -> None:
    asked = {"country": "SRB", "region": "SEEECA", "point": "OA-4610", "datetime": "2020-04-15", "step": "day"}
    asked |= {"lifecycle": "active,candidate", "levels": "off"}
    assert (await client.get("/map", params=asked)).status_code == 200


async def test_embedded_map_shows_its_error_in_place(client: httpx.AsyncClient) -> None:
    response = await client.get("/map?embed&country=XXX", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "XXX" in response.text
    assert "frame-ancestors *" in response.headers["content-security-policy"]
