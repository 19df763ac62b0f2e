"""Files that cannot be taken, as they are posted: what is said of each, and that nothing of it is written."""

import asyncio
import csv
import io
import json
import re
import resource
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from helpers.offices import Headers, create_office, sign_in
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.engine import build_engine

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEM = "application/problem+json"
WRITTEN_TO = ("submission", "submission_row", "restriction", "assessment", "audit_entry", "revision")
BELGRADE, NIS, KRALJEVO, FIJI = "OA-4610", "OA-4612", "OA-31872", "OA-31662"
HEADER = ("point", "assessed_on", "operational_status")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Sender:
    """An office of Serbia at the door."""

    client: httpx.AsyncClient
    database: AsyncConnection
    key: Headers

    async def send(self, body: Any, media_type: str = CSV, **query: str) -> httpx.Response:
        headers = self.key | {"Content-Type": media_type}
        return await self.client.post("/submissions", params=query, content=body, headers=headers)

    async def refused(self, body: Any, media_type: str = CSV, status: int = 422, **query: str) -> dict[str, Any]:
        """What is said of a file that is refused as a whole, of which nothing may be written."""
        before = await self.written()
        response = await self.send(body, media_type, **query)
        assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
        assert await self.written() == before
        answer: dict[str, Any] = response.json()
        return answer

    async def written(self) -> list[int | None]:
        return [await self.database.scalar(text(f"SELECT count(*) FROM {table}")) for table in WRITTEN_TO]


@pytest.fixture
async def sender(client: httpx.AsyncClient, shipped: AsyncConnection) -> Sender:
    return Sender(client, shipped, await sign_in(shipped, await create_office(shipped, "serbia")))


def as_csv(*rows: Row, header: Row = HEADER) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([header, *rows])
    return written.getvalue().encode()


def as_xlsx(*rows: Row) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Update"
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def problems(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["problems"], *(problem for row in answer["rows"] for problem in row.get("problems", []))]


def places(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Row, column, value and code of each problem."""
    return [tuple(problem.get(name) for name in ("row", "column", "value", "code")) for problem in problems(answer)]


async def test_all_problems_of_a_file_come_in_one_response(sender: Sender) -> None:
    answer = await sender.refused(
        as_csv(
            (BELGRADE, "15/04/20", "closed"),
            ("OA-46100", "2020-04-15", "closed"),
            (NIS, "2020-04-15", "shut"),
            (FIJI, "2020-04-15", "closed"),
            (KRALJEVO, "2020-04-15", "Fermé"),
            (KRALJEVO, "2020-04-15", "Fermé"),
        ),
        status=403,
    )
    assert places(answer) == [
        (2, "assessed_on", "15/04/20", "not_a_day"),
        (3, "point", "OA-46100", "unknown_point"),
        (4, "operational_status", "shut", "unknown_code"),
        (5, "point", FIJI, "foreign_country"),
        (7, "point", KRALJEVO, "duplicate_row"),
    ]
    assert answer["counts"] == {"rows": 6, "added": 0, "superseded": 0, "unchanged": 1, "rejected": 5}
    misspelt = problems(answer)[1]
    assert BELGRADE in misspelt["candidates"]
    assert all(problem["message"] for problem in problems(answer))


async def test_status_in_another_language_is_taken(sender: Sender) -> None:
    rows = [(BELGRADE, "2020-04-15", "Cerrado"), (NIS, "2020-04-15", "مغلق"), (KRALJEVO, "2020-04-15", "FERMÉ")]
    response = await sender.send(as_csv(*rows))
    assert (response.status_code, response.json()["counts"]["added"]) == (201, 3), response.text


async def test_formula_is_no_value(sender: Sender) -> None:
    answer = await sender.refused(as_xlsx(HEADER, (BELGRADE, "2020-04-15", '=IF(1=1,"closed","open")')), XLSX)
    assert [(p["row"], p["column"], p["cell"], p["code"]) for p in problems(answer)] == [
        (2, "operational_status", "Update!C2", "formula")
    ]


async def test_status_that_could_not_be_read_does_not_confirm_the_one_before(sender: Sender) -> None:
    await sender.send(as_csv((BELGRADE, "2020-04-08", "closed"), (NIS, "2020-04-08", "closed")))
    week = as_xlsx(HEADER, (BELGRADE, "2020-04-15", '=IF(1=1,"open")'), (NIS, "2020-04-15", "open"))
    answer = (await sender.send(week, XLSX, partial="true")).json()
    assert [(row["point"], row["outcome"]) for row in answer["rows"]] == [(BELGRADE, "rejected"), (NIS, "superseded")]
    asked = {"datetime": "2020-04-15"}
    point = (await sender.client.get(f"/collections/points-of-entry/items/{BELGRADE}", params=asked)).json()
    assert point["properties"]["last_assessed"] == "2020-04-08"


async def test_problem_of_the_file_refuses_its_good_rows(sender: Sender) -> None:
    body = as_csv((BELGRADE, "2020-04-15", "closed", "x"), header=(*HEADER, "operational_status"))
    answer = await sender.refused(body, partial="true")
    assert places(answer) == [(None, "operational_status", None, "column_twice")]


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (as_xlsx(), XLSX, "empty_sheet"),
        (as_xlsx(HEADER), XLSX, "no_rows"),
        (b"", CSV, "empty"),
        (as_csv(), CSV, "no_rows"),
        (b"a file of something else", CSV, "missing_header"),
        (as_csv((BELGRADE, "2020-04-15", "Fermé")).decode().encode("latin-1"), CSV, "not_utf8"),
        (b'{"rows": [', "application/json", "not_json"),
        (b"no workbook", XLSX, "not_a_spreadsheet"),
    ],
)
async def test_file_without_a_readable_row_is_explained(
    sender: Sender, body: bytes, media_type: str, code: str
) -> None:
    answer = await sender.refused(body, media_type)
    assert [problem["code"] for problem in problems(answer)] == [code]


async def test_zip_bomb_is_refused_before_it_unpacks(sender: Sender) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        with zipfile.ZipFile(io.BytesIO(as_xlsx(HEADER))) as good:
            for name in good.namelist():
                if name != "xl/worksheets/sheet1.xml":
                    package.writestr(name, good.read(name))
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(300):
                sheet.write(b" " * 1_000_000)
    assert len(bomb.getvalue()) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await sender.refused(bomb.getvalue(), XLSX, status=413)
    assert "200,000,000" in answer["detail"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


async def test_file_of_200_megabytes_is_read_no_further_than_the_limit(sender: Sender) -> None:
    taken = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(200):
            taken += 1
            yield b"x" * 1_000_000

    answer = await sender.refused(parts(), status=413)
    assert "more than 20,0" in answer["detail"]
    announced = await sender.client.post(
        "/submissions", content=b"", headers=sender.key | {"Content-Length": "200000000", "Content-Type": CSV}
    )
    assert (announced.status_code, announced.headers["content-type"]) == (413, PROBLEM)


def test_service_refuses_200_megabytes_and_stays_small(own_copy: str, tmp_path: Path) -> None:
    headers = asyncio.run(committed_key(own_copy)) | {"Content-Type": CSV}
    told = build_environment(str(tmp_path), DATABASE_URL=own_copy)
    with run_service(told) as process:
        before = most_memory_kb(process.pid)
        address = f"{get_address(told)}/submissions"
        response = httpx.post(address, content=megabytes(200), headers=headers, timeout=PATIENCE_S)
        assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
        assert most_memory_kb(process.pid) - before < 100_000


async def committed_key(database: str) -> Headers:
    engine = build_engine(database)
    async with engine.begin() as connection:
        headers = await sign_in(connection)
    await engine.dispose()
    return headers


def megabytes(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 1_000_000


def most_memory_kb(process: int) -> int:
    """The most memory that the process ever held."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) if found else 0


@pytest.mark.parametrize("path", ["/offices", "/webhooks", "/points-of-entry/OA-4610/accept"])
async def test_other_bodies_have_a_limit_too(sender: Sender, path: str) -> None:
    response = await sender.client.post(path, json={"name": "x" * 100_000}, headers=sender.key)
    assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)


async def test_form_without_end_is_read_no_further_than_the_limit(sender: Sender) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="week.csv"\r\nContent-Type: text/csv\r\n\r\n'

    async def parts() -> AsyncIterator[bytes]:
        yield head
        for _ in range(60):
            yield b"x" * 1_000_000
        raise AssertionError("all of it was read")

    await sender.refused(parts(), "multipart/form-data; boundary=b", status=413)


async def test_unsupported_media_type_error_lists_supported_types(sender: Sender) -> None:
    answer = await sender.refused(b"%PDF-1.7", "application/pdf", status=415)
    assert "text/csv" in answer["detail"]


async def test_number_of_suggestions_is_bounded(sender: Sender) -> None:
    rows = [(f"OA-461{number:03}", "2020-04-15", "closed") for number in range(200)]
    answer = await sender.refused(as_csv(*rows))
    guessed = [problem for problem in problems(answer) if problem.get("candidates")]
    assert (len(problems(answer)), len(guessed)) == (200, 30)


async def test_rows_that_only_add_points_need_no_column_of_codes(sender: Sender) -> None:
    header = ("action", "name", "poe_type", "country", "longitude", "latitude")
    row = ("new_point", "Gradina", "land_border_point", "SRB", "22.75", "43.0")
    response = await sender.send(json.dumps({"rows": [dict(zip(header, row, strict=True))]}), "application/json")
    assert response.status_code == 201
    assert (await sender.send(as_csv(row, header=header), dry_run="true")).status_code == 200
