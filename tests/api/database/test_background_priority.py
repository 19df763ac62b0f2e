"""Files and large pages leave the processor, the loop and the connections to what others wait for."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from api.collections.property_filters import build_items_parameters
from api.collections.query import parse_features_request
from api.collections.registry import require_collection
from api.concurrency.child_processes import NICENESS, write_in_child
from api.database import prepared_statements as prepared
from api.database.prepared_statements import PreparedStatement, ShapedQuery, prepare
from api.features.downloads import file_cache as module
from api.features.downloads.file_cache import MAX_CONCURRENT_PAGES, Downloads
from api.features.geojson_response import acquire_page_slot
from api.formats.format import PageFormat
from api.formats.registry import PAGE_FORMATS

LONG_S = 60
JSON, HTML = PAGE_FORMATS
WRITER = """
import json, os, sys
from pathlib import Path
sys.stdin.read()
Path(sys.argv[1]).write_text(json.dumps(os.getpriority(os.PRIO_PROCESS, 0)))
"""


async def no_lines() -> AsyncIterator[bytes]:
    for part in ():
        yield part


@pytest.mark.slow
async def test_file_process_has_low_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "says_its_niceness.py").write_text(WRITER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    await write_in_child("says_its_niceness", tmp_path / "file.json", no_lines())
    assert json.loads((tmp_path / "file.json").read_text()) == NICENESS


async def test_download_waits_until_the_process_is_not_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAUSES", 1_000_000)
    busy = [True]
    giving = asyncio.create_task(Downloads(lambda: busy[0]).wait_while_busy())
    await asyncio.sleep(0.01)
    assert not giving.done()
    busy[0] = False
    async with asyncio.timeout(LONG_S):
        await giving


async def test_download_goes_on_where_the_process_is_always_busy() -> None:
    async with asyncio.timeout(LONG_S):
        await Downloads(lambda: True).wait_while_busy()


def request_of(downloads: Downloads) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(downloads=downloads))
    return Request({"type": "http", "app": app, "client": ("192.0.2.1", 1), "headers": []})


@pytest.mark.parametrize(
    ("rows", "page", "is_large"),
    [(1000, JSON, False), (1001, JSON, True), (200, HTML, False), (201, HTML, True)],
)
async def test_page_takes_a_place_where_it_is_large(rows: int, page: PageFormat, is_large: bool) -> None:  # noqa: FBT001
    downloads = Downloads(lambda: False)
    async with acquire_page_slot(request_of(downloads), rows, page):
        assert downloads.pages.in_use == is_large
    assert downloads.pages.in_use == 0


async def test_small_page_does_not_wait_for_large_ones() -> None:
    downloads = Downloads(lambda: False)
    request = request_of(downloads)
    large = [acquire_page_slot(request, 10_000, JSON) for _ in range(MAX_CONCURRENT_PAGES)]
    for each in large:
        await each.__aenter__()
    async with asyncio.timeout(LONG_S), acquire_page_slot(request, 10, JSON):
        assert downloads.pages.in_use == MAX_CONCURRENT_PAGES
    for each in large:
        await each.__aexit__(None, None, None)


async def page_of(query: str) -> Any:
    collection = await require_collection("points-of-entry")
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    return parse_features_request(request, collection, build_items_parameters(collection)).query.select_page(10)[0]


async def test_new_query_shape_is_built_once_for_concurrent_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[ShapedQuery] = []
    build = prepared._build  # noqa: SLF001 - the work that is counted

    def counted(query: ShapedQuery) -> PreparedStatement:
        built.append(query)
        return build(query)

    monkeypatch.setattr(prepared, "_build", counted)
    query = await page_of("filter=name<>'a' AND name<>'b' AND iata<>'c' AND iata<>'d'")
    # More than may wait for a turn to build.
    texts = await asyncio.gather(*(prepare(query) for _ in range(300)))
    assert len(built) == 1
    assert len({text.text for text in texts}) == 1


async def test_leaving_client_does_not_cancel_a_shared_query_shape() -> None:
    query = await page_of("filter=name<>'a' AND name<>'b' AND iata<>'c' AND icao<>'d'")
    leaving, staying = asyncio.create_task(prepare(query)), asyncio.create_task(prepare(query))
    await asyncio.sleep(0)
    leaving.cancel()
    async with asyncio.timeout(LONG_S):
        assert (await staying).text
    assert leaving.cancelled()
