"""Reports over HTTP: what they are asked by, their forms, and that a report of the past never changes."""

import asyncio
import base64
import hashlib
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import openpyxl
import pytest
from conftest import InTransaction
from helpers.factories import add_poe, day, record_status
from helpers.http import get_json
from helpers.reports.random_points import COMPARE, ON, REPORT, add_points, get_report, record_empty_assessment
from helpers.work_slots import fill_queue, wait_for_counts
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from api.concurrency.slots import SlotCounts
from api.http.heavy_work import get_slots
from api.reports.output.html import print_page
from api.settings import get_settings
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.country import RegionMember
from models.tables.source import Source

DAYS = {"on": "2020-04-30", "compare": "2020-04-09"}
SRB = {"level": "country", "area": "SRB"} | DAYS


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"level": "region"}, "area", "needs an `area`"),
        ({"area": "SRB"}, "area", "without an area"),
        ({"level": "country", "area": "XYZ"}, "area", "not the code of a country"),
        ({"level": "region", "area": "NOWHERE"}, "area", "not the code of a region"),
        ({"level": "town", "area": "SRB"}, "level", "region"),
        ({"on": "2020-06-31"}, "on", "is not in the calendar"),
        ({"on": "2999-01-01"}, "on", "still to come"),
        ({"on": "1900-01-03"}, "on", "before 1900"),
        ({"on": "0001-01-03"}, "on", "before 1900"),
        ({"on": "2020-06-11", "compare": "2020-06-11"}, "compare", "before the day reported"),
        ({"edition": "1", "on": "2020-06-11"}, "edition", "frozen"),
        ({"edition": "0"}, "edition", "greater"),
        ({"as_known_at": "yesterday"}, "as_known_at", "date-time"),
        ({"lang": "de"}, "lang", "en"),
        ({"f": "docx"}, "f", "pdf"),
        ({"datetime": "2020-06-11"}, "datetime", "is not a parameter here"),
    ],
    ids=str,
)
async def test_parameter_that_cannot_be_used_is_named(
    client: httpx.AsyncClient, query: dict[str, str], parameter: str, reason: str
) -> None:
    response = await client.get(REPORT, params=query)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]
    assert reason in response.json()["errors"][0]["reason"]


async def test_without_a_day_the_last_whole_week_is_compared_with_the_one_before(client: httpx.AsyncClient) -> None:
    document = await get_json(client, REPORT, level="country", area="SRB")
    on, compare = (day(document[name]) for name in ("on", "compare"))
    assert (on.weekday(), (on - compare).days) == (3, 7)


async def test_point_that_was_not_yet_assessed_is_not_counted_as_assessed(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    point = await add_poe(shipped, "T-1", iso3="TKM")
    await record_status(shipped, point, "open", "2020-05-01")
    before = (await get_report(client, level="country", area="TKM"))["figures"]["day"]["total"]
    after = (await get_report(client, level="country", area="TKM", on="2020-05-01"))["figures"]["day"]["total"]
    assert (before["assessed"], before["groups"]["fully_operational"]["points"]) == (0, 0)
    assert (after["assessed"], after["groups"]["fully_operational"]["points"]) == (1, 1)


async def test_report_without_assessments_has_a_notice_and_no_share(client: httpx.AsyncClient) -> None:
    document = await get_report(client, level="country", area="TKM")
    assert "No point of entry had been assessed by 30 April 2020" in document["summary"][1]
    assert {group["share"] for group in document["figures"]["day"]["total"]["groups"].values()} == {None}


async def test_membership_of_a_region_is_that_of_the_day(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "T-1", iso3="ATA")
    member = {"region_code": "SAM", "iso3": "ATA", "valid_during": Range(day("04-20"), None)}
    await shipped.execute(insert(RegionMember).values(**member))
    figures = (await get_report(client, level="region", area="SAM"))["figures"]
    then = (await get_report(client, level="region", area="SAM", on=COMPARE, compare="2020-04-01"))["figures"]
    assert ("ATA" in figures["day"]["countries"], "ATA" in then["day"]["countries"]) == (True, False)


async def test_failed_sums_are_listed_in_the_report(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    member = {"region_code": "SAM", "iso3": "SRB", "valid_during": Range(BEGINNING_OF_TIME, None)}
    await shipped.execute(insert(RegionMember).values(**member))
    failed = (await get_report(client))["figures"]["sums"]["failed"]
    assert {"regions, with countries in none, add up to the total (points)"} <= {one["says"] for one in failed}


async def test_report_of_the_past_is_the_same_bytes_whenever_it_is_made(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    point = await add_poe(shipped, "T-1", 20.4, 44.8, iso3="SRB")
    await record_status(shipped, point, "closed", "2020-03-01")
    await record_empty_assessment(shipped, point, day("03-01"))
    moment = (await get_report(client))["as_known_at"]
    asked = [{**SRB, "as_known_at": moment, "f": form} for form in ("json", "html")]
    asked.append({**DAYS, "as_known_at": moment, "f": "json"})
    before = [(await client.get(REPORT, params=query)).content for query in asked]
    await record_status(shipped, point, "open", "2020-04-01")
    await record_empty_assessment(shipped, point, ON)
    await add_poe(shipped, "T-2", iso3="SRB")
    await add_poe(shipped, "T-1", iso3="SRB", lifecycle="retired", changes_from=day("04-01"))
    assert (await get_report(client, level="country", area="SRB"))["figures"]["day"]["countries"]
    assert [(await client.get(REPORT, params=query)).content for query in asked] == before


async def test_address_in_a_report_gives_it_again(client: httpx.AsyncClient) -> None:
    first = await client.get(REPORT, params=SRB | {"f": "json"})
    link = next(link["href"] for link in first.json()["links"] if link["rel"] == "self")
    assert "as_known_at=" in link
    assert (await client.get(link)).content == first.content


async def test_report_page_is_self_contained(client: httpx.AsyncClient) -> None:
    page = (await client.get(REPORT, params=SRB, headers={"Accept": "text/html"})).text
    assert not re.findall(r"<(?:script|link|img|iframe)\b|@import|url\(\s*['\"]?http", page)
    assert re.findall(r'(?:src|xlink:href)="(?!#|data:image/png)', page) == []
    assert page.count("<svg ") == 4
    for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
        ET.fromstring(svg)  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("lang", "title"), [("fr", "Impact sur les points d&#39;entrée"), ("es", "Impacto en los puntos de entrada")]
)
async def test_report_is_in_the_requested_language(client: httpx.AsyncClient, lang: str, title: str) -> None:
    page = (await client.get(REPORT, params=SRB | {"f": "html", "lang": lang})).text
    assert f'<html lang="{lang}">' in page
    assert title in page
    assert not re.findall(r"[{}]\w+[{}]", re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL))


async def test_pdf_has_pages_with_the_title_on_each(client: httpx.AsyncClient) -> None:
    response = await client.get(REPORT, params=SRB | {"f": "pdf"})
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert 'filename="points-of-entry-SRB-2020-04-30-en.pdf"' in response.headers["content-disposition"]


async def test_every_table_is_a_sheet_with_the_numbers_of_the_figures(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await add_points(shipped, 12)
    figures = (await get_report(client))["figures"]
    response = await client.get(REPORT, params=DAYS | {"f": "xlsx"})
    workbook = openpyxl.load_workbook(io.BytesIO(response.content))
    assert {"summary", "status_by_type", "status_by_region", "weeks", "months", "country_levels"} <= set(
        workbook.sheetnames
    )
    rows = list(workbook["status_by_type"].iter_rows(values_only=True))
    total = figures["day"]["total"]
    groups = [
        total["groups"][name] for name in ("fully_closed", "partially_operational", "fully_operational", "unknown")
    ]
    cells = [cell for group in groups for cell in (group["points"], group["share"], group["change"])]
    assert list(rows[-1]) == ["All points of entry", total["assessed"], total["not_assessed"], *cells]


async def test_example_data_is_named_on_every_page_and_sheet(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    point = await add_poe(shipped, "T-1", iso3="SRB")
    example = await shipped.scalar(insert(Source).values(code="office-example", name="Example").returning(Source.id))
    await record_status(shipped, point, "closed", "2020-03-01", source_id=example)
    page = (await client.get(REPORT, params=SRB | {"f": "html"})).text
    assert '<p class="example" role="note">Example data, not real</p>' in page
    workbook = openpyxl.load_workbook(io.BytesIO((await client.get(REPORT, params=SRB | {"f": "xlsx"})).content))
    assert {sheet["A1"].value for sheet in workbook} == {"Example data, not real"}
    assert (await get_report(client, **SRB))["example"].startswith("Example data, not real: 1 of")


async def test_report_is_refused_where_the_queue_is_full_and_small_requests_are_not(client: httpx.AsyncClient) -> None:
    async with fill_queue(
        "files", SlotCounts(get_settings().crossings_heavy_at_once, get_settings().crossings_heavy_waiting)
    ):
        response = await client.get(REPORT, params=SRB)
        assert (response.status_code, response.headers["retry-after"]) == (503, "15")
        assert "2 reports and files are being made and 8 are waiting" in response.json()["detail"]
        assert (await client.get("/statistics")).status_code == 200


async def test_report_waits_for_its_slot_without_a_connection(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    reading = InTransaction.open_read_connection

    def noted(database: InTransaction) -> Any:
        opened.append("a connection")
        return reading(database)

    monkeypatch.setattr(InTransaction, "open_read_connection", noted)
    async with fill_queue("files", SlotCounts(get_settings().crossings_heavy_at_once, 0)):
        request = asyncio.create_task(client.get(REPORT, params=SRB))
        await wait_for_counts(get_slots("files"), SlotCounts(get_settings().crossings_heavy_at_once, 1))
        assert opened == []
    assert (await request).status_code == 200
    assert opened == ["a connection"]


async def test_list_leads_to_reports_of_the_world_and_of_all_regions(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/reports")
    assert len(document["reports"]) == 10
    assert (await client.get("/reports", headers={"Accept": "text/html"})).status_code == 200
    assert document["editions"] == []


async def test_edition_that_there_is_not_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get(REPORT, params={"edition": 1})).status_code == 404


async def test_names_in_arabic_and_cyrillic_are_in_the_page(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await add_poe(shipped, "T-1", iso3="SRB", name="Граница Мали Зворник")
    await add_poe(shipped, "T-2", iso3="SRB", name="معبر رأس اجدير")
    page = (await client.get(REPORT, params=SRB | {"f": "html"})).text
    assert "Граница Мали Зворник" in page
    assert "معبر رأس اجدير" in page


@pytest.mark.slow
async def test_printing_opens_no_address(tmp_path: Path) -> None:
    asked: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    secret = tmp_path / "secret.css"
    secret.write_text("h1 { color: red }")
    page = (
        f'<link rel="stylesheet" href="{address}/x.css"><link rel="stylesheet" href="{secret.as_uri()}">'
        f'<style>@import "{address}/y.css"; @font-face {{ font-family: x; src: url({address}/x.woff) }} '
        f"body {{ background: url({address}/z.png); font-family: x }}</style>"
        f'<img src="{address}/a.png"><img src="{secret.as_uri()}"><object data="{address}/b.svg"></object>'
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}/c.png"/></svg>'
    )
    path = tmp_path / "report.pdf"
    await asyncio.to_thread(print_page, page, path)
    server.close()
    await server.wait_closed()
    assert path.read_bytes().startswith(b"%PDF-")
    assert asked == []


async def test_text_of_a_report_is_no_markup(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "T-1", iso3="TKM", name='<img src="http://127.0.0.1:9/x"><script>')
    await record_status(shipped, point, "closed", "2020-03-01")
    page = (await client.get(REPORT, params={"level": "country", "area": "TKM", "f": "html"} | DAYS)).text
    assert "&lt;img src=" in page
    assert "<img src=" not in page
    assert "<script" not in page


async def test_page_of_a_report_has_only_the_style_that_its_policy_names(client: httpx.AsyncClient) -> None:
    answered = await client.get(REPORT, params=SRB | {"f": "html"})
    (style,) = re.findall(r"<style>(.*?)</style>", answered.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answered.headers["content-security-policy"]
    assert " style=" not in answered.text
