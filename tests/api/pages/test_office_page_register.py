"""Changes of the register on the office's page, in a real browser: opening hours, and points that it confirms."""

import json
from typing import Any

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import day, record_status
from helpers.offices import create_key, create_office
from helpers.reports.random_points import record_empty_assessment
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from helpers.shipped.register import read_land_borders

from api.database.engine import build_engine
from models.recording.register import fetch_point_ids

BELGRADE, NIS, KRALJEVO = "OA-4610", "OA-4612", "OA-31872"
COMPILED, OTHER, ACROSS = "LB-CMP-C020-RS", "LB-CMP-C022-RS", "LB-CMP-C020-BG"
HOURS = "Mo-Fr 08:00-18:00; PH off"
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def keys(copied: str) -> dict[str, str]:
    """Keys of an office of Serbia and of one that is reviewed. Niš is open since a day, and Kraljevo was for some."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        points = await fetch_point_ids(connection, [NIS, KRALJEVO])
        await record_status(connection, points[NIS], "open", "01-10")
        await record_status(connection, points[KRALJEVO], "open", "01-10", "02-10")
        await record_empty_assessment(connection, points[KRALJEVO], day("01-10"))
        await create_office(connection, "serbia")
        await create_office(connection, "belgrade", needs_review=True)
        issued = {
            "office": await create_key(connection, "serbia"),
            "reviewed": await create_key(connection, "belgrade"),
        }
    await engine.dispose()
    return {name: key.format() for name, key in issued.items()}


@pytest.fixture(scope="module")
def seen(copied: str, keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Json:
    """Return the browser's report of the page, and the service's answers afterwards."""
    own = build_environment(str(tmp_path_factory.mktemp("office")), DATABASE_URL=copied)
    with run_service(own):
        found = run_in_browser("office-register.mjs", get_address(own), json.dumps(keys))
        with httpx.Client(base_url=get_address(own), timeout=PATIENCE_S) as client:
            found["register"] = {code: register_of(client, code) for code in (BELGRADE, NIS, COMPILED, OTHER)}
    return found


def register_of(client: httpx.Client, code: str) -> list[Json]:
    """Return the register's records of the point, the latest first."""
    entries: list[Json] = client.get(f"/points-of-entry/{code}/history?f=json").json()["register"]
    return sorted(entries, key=lambda entry: entry["recorded_from"], reverse=True)


def compiled() -> set[str]:
    return {
        row["poe_id"]
        for row in read_land_borders()
        if row["country_iso3"] == "SRB" and row["evidence"] == "compiled_list"
    }


@in_a_browser
def test_point_whose_status_ended_is_not_called_never_assessed(seen: Json) -> None:
    assert "No status holds now; last assessed 10 January 2020" in seen["ended"]


@in_a_browser
class TestOpeningHours:
    def test_are_empty_where_none_are_known(self, seen: Json) -> None:
        assert seen["unknown"] == ""

    def test_alone_confirm_other_known_values(self, seen: Json) -> None:
        assert seen["chosen"] == "same"
        assert "changed 1, confirmed 0" in seen["progress"]

    def test_in_bad_syntax_are_refused_at_their_field_by_the_service(self, seen: Json) -> None:
        reason = "'8-18h' is not opening hours in OpenStreetMap syntax"
        assert reason in seen["refused"]
        assert (seen["invalid"], reason in seen["described"]) == ("true", True)

    def test_that_are_mended_are_no_longer_called_wrong(self, seen: Json) -> None:
        assert seen["mended"] == [None, 0]

    def test_stand_in_the_difference(self, seen: Json) -> None:
        assert f"Opening hours: {HOURS}" in seen["difference"]

    def test_are_shown_once_they_are_known(self, seen: Json) -> None:
        assert f"Opening hours: {HOURS}" in seen["known"]
        assert seen["filledIn"] == HOURS

    def test_of_a_point_that_was_never_assessed_leave_it_so(self, seen: Json) -> None:
        assert "Never assessed" in seen["never"]
        assert "Opening hours: 24/7" in seen["never"]

    def test_that_are_emptied_are_taken_away(self, seen: Json) -> None:
        assert "Opening hours: -" in seen["takenAway"]
        assert "Opening hours" not in seen["afterwards"]

    def test_are_in_the_register(self, seen: Json) -> None:
        assert seen["register"][BELGRADE][0]["opening_hours"] == "24/7"
        hours = [entry["opening_hours"] for entry in seen["register"][NIS]]
        assert (hours[0], HOURS in hours) == (None, True)


@in_a_browser
class TestPointsToConfirm:
    def test_are_those_that_were_compiled(self, seen: Json) -> None:
        assert seen["waiting"] == len(compiled())
        assert seen["before"] == f"To confirm ({len(compiled())})"

    def test_are_named_with_the_country_across(self, seen: Json) -> None:
        for text in (COMPILED, "Land border crossing point", "Bulgaria", "On the map"):
            assert text in seen["line"]

    def test_are_confirmed_with_one_click(self, seen: Json) -> None:
        assert "Confirmed." in seen["confirmed"]
        assert seen["after"] == f"To confirm ({len(compiled()) - 1})"

    def test_are_confirmed_in_the_register_with_day_and_source(self, seen: Json) -> None:
        made = next(entry for entry in seen["register"][COMPILED] if entry["evidence"] == "office_confirmed")
        assert (made["valid_from"], made["source_reference"]) == ("2020-01-01", "Border police, list of 2020")
        assert made["counterpart"] == ACROSS

    def test_with_an_unknown_counterpart_are_refused_at_its_field(self, seen: Json) -> None:
        assert "NOWHERE is not the code of one point" in seen["noCounterpart"]

    def test_have_their_counterpart_corrected_with_it(self, seen: Json) -> None:
        made = next(entry for entry in seen["register"][OTHER] if entry["evidence"] == "office_confirmed")
        assert made["counterpart"] == ACROSS

    def test_of_an_office_that_is_reviewed_wait_for_its_reviewer(self, seen: Json) -> None:
        direction, tab = seen["arabic"]
        assert (direction, tab) == ("rtl", f"بانتظار التأكيد ({len(compiled()) - 2})")
        assert "ينتظر المراجعة" in seen["waits"]


@in_a_browser
class TestPage:
    def test_does_not_fail(self, seen: Json) -> None:
        assert (seen["errors"], seen["failed"]) == ([], [])

    def test_has_no_serious_fault_of_accessibility(self, seen: Json) -> None:
        assert seen["violations"] == []

    def test_is_nowhere_wider_than_the_screen(self, seen: Json) -> None:
        assert not any(seen["overflows"])
