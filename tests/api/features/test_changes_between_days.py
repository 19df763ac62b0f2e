"""The collection of changes: what holds on the last of some days and did not hold on the first."""

from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.restrictions import MeasureRow

CHANGES = "/collections/changes/items"


@pytest.fixture
async def opened(client: httpx.AsyncClient, shipped: AsyncConnection) -> httpx.AsyncClient:
    """A client of a point that was closed from 1 March and open from 10 March on, until the 20th."""
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "03-01", measures=[MeasureRow("movement_restricted")])
    await record_status(shipped, point, "open", "03-10", "2020-03-21")
    return client


async def changed(client: httpx.AsyncClient, days: str, **asked: str) -> list[dict[str, Any]]:
    document = await get_json(client, CHANGES, datetime=days, **asked)
    assert document["numberMatched"] == len(document["features"])
    return [feature["properties"] for feature in document["features"]]


async def test_opened_point_has_status_before_after_and_day(opened: httpx.AsyncClient) -> None:
    (change,) = await changed(opened, "2020-03-05/2020-03-15")
    assert (change["status_before"], change["operational_status"], change["since"]) == ("closed", "open", "2020-03-10")
    assert (change["measures_before"], change["measures"]) == (["movement_restricted"], [])


async def test_reverted_change_is_no_change(opened: httpx.AsyncClient) -> None:
    assert await changed(opened, "2020-03-05/2020-03-25") == []


async def test_unassessed_point_has_no_status_before(opened: httpx.AsyncClient) -> None:
    (change,) = await changed(opened, "2020-02-01/2020-03-05")
    assert (change["status_before"], change["operational_status"]) == (None, "closed")


async def test_single_day_compares_with_the_day_before(opened: httpx.AsyncClient) -> None:
    assert [len(await changed(opened, day)) for day in ("2020-03-09", "2020-03-10", "2020-03-11")] == [0, 1, 0]


async def test_other_measures_are_a_change_too(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-B")
    await record_status(shipped, point, "closed", "03-01", measures=[MeasureRow("movement_restricted")])
    await record_status(shipped, point, "closed", "03-10", measures=[MeasureRow("medical_requirements")])
    (change,) = await changed(client, "2020-03-05/2020-03-15")
    assert (change["measures_before"], change["measures"]) == (["movement_restricted"], ["medical_requirements"])


async def test_changes_are_narrowed_as_points_are(opened: httpx.AsyncClient) -> None:
    days = "2020-03-05/2020-03-15"
    assert len(await changed(opened, days, country="FJI", status_group="fully_operational")) == 1
    assert await changed(opened, days, country="SRB") == []
    assert await changed(opened, days, filter="operational_status = 'closed'") == []
    assert len(await changed(opened, days, status_before="closed")) == 1


async def test_changes_default_to_the_last_week(client: httpx.AsyncClient) -> None:
    first, last = (await get_json(client, CHANGES))["datetime"].split("/")
    assert first < last
