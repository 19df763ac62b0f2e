"""A day is read alike wherever one can be given."""

# ruff: noqa: RUF001 - digits that look like letters are what is tried

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers.files.register_files import load_register_file, write_file
from helpers.http import POINTS, RESTRICTIONS
from helpers.offices import create_office, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner

from api.commands.cli import app
from api.imports.country_measures import load_country_measures
from api.imports.iom.column_map import read_column_map
from api.imports.iom.points_of_entry import build_assessment_loader

BELGRADE = "OA-4610"
GOOD = ["2020-07-15", "٢٠٢٠-٠٧-١٥"]
BAD = ["2020-W29-3", "20200715", "2020-7-15", "15/07/2020", "2020-02-30", "0001-01-01", "9999-12-31", "-infinity"]
IN_NO_RECORD = ["0001-01-01", "9999-12-31"]
Key = dict[str, str]
Door = Callable[[httpx.AsyncClient, AsyncConnection, Path, Key, str], Awaitable[str | None]]


async def by_csv(client: httpx.AsyncClient, _: AsyncConnection, __: Path, key: Key, text: str) -> str | None:
    body = f"point,assessed_on,operational_status,valid_from\n{BELGRADE},2020-08-01,closed,{text}\n"
    sent = {"headers": key | {"Content-Type": "text/csv"}, "params": {"dry_run": "true"}}
    return refused(await client.post("/submissions", content=body.encode(), **sent))  # type: ignore[arg-type]


async def by_json(client: httpx.AsyncClient, _: AsyncConnection, __: Path, key: Key, text: str) -> str | None:
    row = {"point": BELGRADE, "assessed_on": "2020-08-01", "operational_status": "closed", "valid_from": text}
    return refused(await client.post("/submissions", json=[row], headers=key, params={"dry_run": "true"}))


async def by_feature(client: httpx.AsyncClient, _: AsyncConnection, __: Path, key: Key, text: str) -> str | None:
    properties = {"code": BELGRADE, "operational_status": "closed", "valid_from": text, "source": "a"}
    feature = {"type": "Feature", "geometry": None, "properties": properties}
    sent = {"content": json.dumps(feature), "headers": key | {"Content-Type": "application/geo+json"}}
    return refused(await client.post(RESTRICTIONS, params={"dry_run": "true"}, **sent))  # type: ignore[arg-type]


async def by_measures(
    _: httpx.AsyncClient, database: AsyncConnection, directory: Path, __: Key, text: str
) -> str | None:
    rows = f"record_id,iso3,level,valid_from,valid_to\nx1,LIE,3,{text},2030-01-31\n"
    complaints = (
        await load_register_file(database, write_file(directory, rows, "m.csv"), load_country_measures)
    ).row_errors
    return str(complaints[0]) if complaints else None


async def by_iom_poe(
    _: httpx.AsyncClient, database: AsyncConnection, directory: Path, __: Key, text: str
) -> str | None:
    rows = f"PoE code,Date,Status\n{BELGRADE},{text},Closed\n"
    complaints = (
        await load_register_file(
            database, write_file(directory, rows, "p.csv"), build_assessment_loader(read_column_map(None)[0])
        )
    ).row_errors
    return next((str(each) for each in complaints if "Date" in str(each)), None)


def refused(response: httpx.Response) -> str | None:
    """What the answer says of the value; None where it was taken."""
    document: Any = response.json()
    assert response.status_code < 500
    return None if response.status_code < 300 else json.dumps(document, ensure_ascii=False)


RECORDS: dict[str, Door] = {
    "CSV": by_csv, "JSON": by_json, "feature": by_feature, "measures": by_measures, "IOM's points": by_iom_poe
}  # fmt: skip
# A column map says how days are written. In a table that people fill in, a day that can mean one day only is read.
READ = {(door, text) for door in ("CSV", "JSON", "IOM's points") for text in ("15/07/2020", "2020-7-15")}


@pytest.fixture
async def key(shipped: AsyncConnection) -> Key:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


@pytest.mark.parametrize(("door", "text"), [(d, t) for d in RECORDS for t in BAD if (d, t) not in READ])
async def test_invalid_day_of_a_record_is_refused_by_name(
    client: httpx.AsyncClient, shipped: AsyncConnection, tmp_path: Path, key: Key, door: str, text: str
) -> None:
    said = await RECORDS[door](client, shipped, tmp_path, key, text)
    assert said is not None
    assert text in said


@pytest.mark.parametrize("door", RECORDS)
@pytest.mark.parametrize("text", GOOD)
async def test_day_of_a_record_is_taken_in_digits_of_arabic_too(
    client: httpx.AsyncClient, shipped: AsyncConnection, tmp_path: Path, key: Key, door: str, text: str
) -> None:
    assert await RECORDS[door](client, shipped, tmp_path, key, text) is None


@pytest.mark.parametrize("query", ["valid_from={}", "datetime={}", "filter=valid_from=DATE('{}')"])
@pytest.mark.parametrize("text", [each for each in BAD if each not in IN_NO_RECORD])
async def test_invalid_day_is_refused_in_an_address(client: httpx.AsyncClient, query: str, text: str) -> None:
    response = await client.get(f"{POINTS}?{query.format(text)}")
    assert response.status_code == 400
    assert text in response.text


@pytest.mark.parametrize("query", ["valid_from={}", "datetime={}", "filter=valid_from=DATE('{}')"])
@pytest.mark.parametrize("text", [*GOOD, *IN_NO_RECORD])
async def test_day_of_the_calendar_is_answered_in_an_address(client: httpx.AsyncClient, query: str, text: str) -> None:
    response = await client.get(f"{POINTS}?limit=1&{query.format(text)}")
    assert response.status_code == 200


COMMANDS = ["load register {file} --changes-from", "load iom-matrix {file} --date", "example-weeks --first"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", BAD)
def test_invalid_day_is_refused_by_a_command(tmp_path: Path, command: str, text: str) -> None:
    words = [*command.format(file=write_file(tmp_path, "a\n")).split(), text]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert text in result.output
