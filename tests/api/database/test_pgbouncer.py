"""The service behind PgBouncer in transaction mode, where each transaction may be another server's."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from helpers.servers.clients import needs
from helpers.servers.replica import run_pgbouncer
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_command, run_service
from helpers.shipped.register import select_codes

pytestmark = needs("pgbouncer")
ASKED = "/collections/points-of-entry/items?country=SRB&datetime=2020-04-15"
POINT = min(select_codes(country_iso3="SRB"))


@pytest.fixture(scope="module")
def service(copied: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and the headers of an office's key."""
    with (
        TemporaryDirectory(prefix="crossings-") as directory,
        run_pgbouncer(copied, Path(directory) / "pgbouncer") as address,
    ):
        told = build_environment(directory, DATABASE_URL=address, CROSSINGS_THROUGH_PGBOUNCER="true")
        with run_service(told):
            direct = told | {"DATABASE_URL": copied, "CROSSINGS_THROUGH_PGBOUNCER": "false"}
            run_command(direct, "office", "add", "serbia", "--name", "Serbia", "--country", "SRB")
            key = run_command(direct, "key", "issue", "serbia").stdout.split()[-1]
            yield get_address(told), {"Authorization": f"Bearer {key}"}


async def test_many_are_answered_over_few_servers(service: tuple[str, dict[str, str]]) -> None:
    paths = [f"{path}{'&' if '?' in path else '?'}limit={limit}" for limit in range(1, 40) for path in (ASKED,)]
    paths += [f"/collections/points-of-entry/tiles/6/{x}/23.mvt" for x in range(30, 40)]
    paths += ["/statistics?group_by=status_group", "/collections/countries/items?limit=3", "/regions"] * 5
    async with httpx.AsyncClient(base_url=service[0], timeout=PATIENCE_S) as client:
        answers = await asyncio.gather(*(client.get(path) for path in paths))
    assert {answer.status_code for answer in answers} <= {200, 204}


@pytest.mark.parametrize("status", ["closed", "open", "closed_for_exit"])
async def test_posted_update_is_read_through_pgbouncer(service: tuple[str, dict[str, str]], status: str) -> None:
    row = {"point": POINT, "assessed_on": "2020-04-15", "operational_status": status, "valid_from": "2020-04-15"}
    async with httpx.AsyncClient(base_url=service[0], timeout=PATIENCE_S) as client:
        posted = await client.post("/submissions", json={"rows": [row]}, headers=service[1])
        assert posted.status_code == 201, posted.text
        features = (await client.get(ASKED)).json()["features"]
    assert next(f for f in features if f["id"] == POINT)["properties"]["operational_status"] == status
