"""Every page of the service in a real browser, under its Content-Security-Policy."""

import json
import re
from typing import Any

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import record_status
from helpers.operations.pages import BELGRADE, is_page, list_paths
from helpers.servers.service import build_environment, get_address, run_service

from api.database.engine import build_engine
from models.recording.register import fetch_point_ids

Json = dict[str, Any]


@pytest.fixture(scope="module")
async def with_records(copied: str) -> str:
    engine = build_engine(copied)
    async with engine.begin() as connection:
        (number,) = (await fetch_point_ids(connection, [BELGRADE])).values()
        await record_status(connection, number, "closed", "03-20", "05-11", source_url="https://example.org/decree")
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def seen(with_records: str, tmp_path_factory: pytest.TempPathFactory) -> Json:
    own = build_environment(str(tmp_path_factory.mktemp("pages")), DATABASE_URL=with_records)
    accept = {"Accept": "text/html"}
    with run_service(own), httpx.Client(base_url=get_address(own), headers=accept, timeout=120) as client:
        answers = {path: client.get(path) for path in list_paths()}
        # Where a key is needed, a browser asks for a password before it shows the page.
        pages = [path for path, found in answers.items() if is_page(found) and found.status_code != 401]
        return run_in_browser("pages.mjs", get_address(own), json.dumps(pages))


@in_a_browser
class TestInABrowser:
    def test_policy_refuses_nothing_of_any_page(self, seen: Json) -> None:
        assert seen["refused"] == []

    def test_pages_have_no_errors(self, seen: Json) -> None:
        # Chromium logs each answer of an error, and some pages here are of errors.
        assert [error for error in seen["errors"] if "Failed to load resource" not in error] == []

    def test_pages_load_nothing_from_elsewhere(self, seen: Json) -> None:
        assert len(seen["hosts"]) == 1

    def test_pages_of_every_kind_are_looked_at(self, seen: Json) -> None:
        assert {
            "/",
            "/api.html",
            "/map",
            "/map?embed",
            "/office",
            "/reports/points-of-entry?level=country&area=SRB&on=2020-04-30",
        } <= set(seen["policies"])
        assert len(seen["policies"]) > 30

    def test_policies_allow_nothing_inline(self, seen: Json) -> None:
        for path, policy in seen["policies"].items():
            assert policy, path
            assert not re.search(r"unsafe|\*", policy.replace("frame-ancestors *", "")), path
            assert policy.startswith("default-src 'none'"), path

    def test_only_the_embedded_map_may_be_framed(self, seen: Json) -> None:
        framed = {path for path, policy in seen["policies"].items() if "frame-ancestors 'none'" not in policy}
        assert framed == {"/map?embed"}

    def test_embedded_map_stands_in_a_page_of_another_site_and_the_offices_page_does_not(self, seen: Json) -> None:
        embedded, office = seen["framed"]
        assert re.match(r"/map\?.*\bembed\b", embedded)
        assert office == "chrome-error://chromewebdata/"

    def test_maps_are_drawn(self, seen: Json) -> None:
        assert {"/map", "/map?embed", f"/collections/points-of-entry/items/{BELGRADE}"} <= set(seen["maps"])

    def test_there_is_no_serious_fault_of_accessibility(self, seen: Json) -> None:
        assert seen["violations"] == []
