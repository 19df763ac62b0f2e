"""Restrictions made, changed and taken back one by one, through the same door as every submission."""

import httpx
import pytest
from helpers.editing import CLOSED, POINT, create_item, get_current_restrictions, patch_item, read_reasons
from helpers.http import RESTRICTIONS, Document, get_json
from helpers.offices import Headers, create_office, sign_in
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.restriction import Restriction

pytestmark = pytest.mark.smoke

COVERED = [("2020-03-20", "2020-05-11")]


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


async def days(client: httpx.AsyncClient) -> list[tuple[str, str | None]]:
    return [(each["valid_from"], each["valid_to"]) for each in await get_current_restrictions(client)]


async def test_restriction_is_made_over_the_days_it_has(client: httpx.AsyncClient, office: Headers) -> None:
    feature = await get_json(client, await create_item(client, office))
    said: Document = CLOSED["properties"]  # type: ignore[assignment]
    kept = {name: feature["properties"][name] for name in said}
    assert kept == said | {name: sorted(said[name]) for name in ("measures", "affected_populations")}
    assert await days(client) == COVERED


@pytest.mark.parametrize("end", ["2020-03-20", "2020-03-19", "0001-01-01"])
async def test_restriction_that_ends_before_it_begins_is_refused(
    client: httpx.AsyncClient, office: Headers, end: str
) -> None:
    body = CLOSED | {"properties": CLOSED["properties"] | {"valid_to": end}}  # type: ignore[operator]
    response = await client.post(RESTRICTIONS, json=body, headers=office)
    assert (response.status_code, list(read_reasons(response))) == (400, ["valid_to"])


async def test_restriction_that_is_known_already_is_found_and_not_made_again(
    client: httpx.AsyncClient, office: Headers
) -> None:
    first = await create_item(client, office)
    assert await create_item(client, office) == first


async def test_changed_restriction_preserves_other_properties(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office)
    response = await patch_item(client, path, office, operational_status="closed_for_entry")
    assert response.status_code == 200, response.text
    now = await get_json(client, httpx.URL(response.headers["content-location"]).path)
    before: Document = CLOSED["properties"]  # type: ignore[assignment]
    assert now["properties"]["operational_status"] == "closed_for_entry"
    assert (now["properties"]["comment"], len(now["properties"]["measures"])) == (before["comment"], 2)
    assert await days(client) == COVERED
    old = await get_json(client, path)
    assert (old["properties"]["operational_status"], old["properties"]["recorded_to"] is None) == ("closed", False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"valid_from": "2020-04-01"}, [("2020-04-01", "2020-05-11")]),
        ({"valid_from": "2020-03-01"}, [("2020-03-01", "2020-05-11")]),
        ({"valid_to": "2020-05-01"}, [("2020-03-20", "2020-05-01")]),
        ({"valid_to": "2020-06-01"}, [("2020-03-20", "2020-06-01")]),
        ({"valid_to": None}, [("2020-03-20", None)]),
        ({"valid_from": "2020-04-01", "valid_to": "2020-05-01"}, [("2020-04-01", "2020-05-01")]),
        ({"valid_from": "2020-07-01", "valid_to": "2020-08-01"}, [("2020-07-01", "2020-08-01")]),
        ({"valid_from": "2020-03-20T00:00:00Z", "comment": None}, COVERED),
    ],
)
async def test_restriction_has_the_days_it_is_given_and_no_others(
    client: httpx.AsyncClient, office: Headers, change: Document, expected: list[tuple[str, str | None]]
) -> None:
    path = await create_item(client, office)
    response = await patch_item(client, path, office, **change)
    assert response.status_code == 200, response.text
    assert await days(client) == expected


async def test_same_feature_can_be_changed_again_and_again(client: httpx.AsyncClient, office: Headers) -> None:
    """QGIS keeps the number it loaded; each change gives the record a new one."""
    path = await create_item(client, office)
    for change in ({"comment": "a"}, {"valid_from": "2020-04-01"}, {"valid_to": None}, {"comment": "b"}):
        assert (await patch_item(client, path, office, **change)).status_code == 200
    (now,) = await get_current_restrictions(client)
    assert (now["comment"], now["valid_from"], now["valid_to"]) == ("b", "2020-04-01", None)
    assert (await client.delete(path, headers=office)).status_code == 200
    assert await get_current_restrictions(client) == []


async def test_record_in_whose_place_there_are_two_is_not_guessed_at(
    client: httpx.AsyncClient, office: Headers
) -> None:
    path = await create_item(client, office)
    await create_item(client, office, valid_from="2020-04-01", valid_to="2020-04-08", operational_status="open")
    response = await patch_item(client, path, office, comment="of which?")
    assert response.status_code == 409
    for each in await get_current_restrictions(client):
        assert str(each["record"]) in response.json()["detail"]


async def test_deleted_restriction_is_withdrawn_and_remains_in_the_past(
    client: httpx.AsyncClient, office: Headers
) -> None:
    path = await create_item(client, office)
    moment = (await get_json(client, path))["properties"]["recorded_from"]
    response = await client.delete(path, headers=office)
    assert response.status_code == 200, response.text
    assert await get_current_restrictions(client) == []
    assert (await get_json(client, RESTRICTIONS, code=POINT, as_known_at=moment))["numberMatched"] == 1
    assert (await client.delete(path, headers=office)).status_code == 409


async def test_measures_survive_changes_of_other_properties(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office, measures=["movement_restricted"], comment=None)
    rows = [
        {"measure": "movement_restricted", "direction": "entry", "traffic": "passenger", "nationality_rule": "except",
         "nationalities": ["SRB"], "affected_populations": ["regular_travellers"], "comment": "from 6 am"},
        {"measure": "movement_restricted", "is_exception": True, "affected_populations": ["stranded_migrants"]},
    ]  # fmt: skip
    detailed = {"point": POINT, "assessed_on": "2020-03-20", "valid_from": "2020-03-20", "valid_until": "2020-05-10"}
    body = {"rows": [detailed | {"operational_status": "closed", "measures": rows}]}
    assert (await client.post("/submissions", json=body, headers=office)).status_code == 201
    await patch_item(
        client, path, office, comment="Decree 40", measures=["medical_requirements", "movement_restricted"]
    )
    history = (await get_json(client, f"/points-of-entry/{POINT}/history"))["restrictions"]
    now = next(each for each in history if each["recorded_to"] is None)
    assert now["comment"] == "Decree 40"
    measures = {each["measure"]: each for each in now["measure_rows"] if not each["is_exception"]}
    assert measures["movement_restricted"]["nationalities"] == ["SRB"]
    assert measures["movement_restricted"]["comment"] == "from 6 am"
    assert measures["medical_requirements"]["affected_populations"] == ["regular_travellers"]
    assert [each["affected_populations"] for each in now["measure_rows"] if each["is_exception"]] == [
        ["stranded_migrants"]
    ]


async def test_populations_are_changed_for_all_measures_that_share_them(
    client: httpx.AsyncClient, office: Headers
) -> None:
    path = await create_item(client, office)
    response = await patch_item(client, path, office, affected_populations="tourists")
    assert response.status_code == 200, response.text
    (now,) = await get_current_restrictions(client)
    assert now["affected_populations"] == ["tourists"]


@pytest.mark.parametrize("written", [["other"], "other", '["other"]', "{other}"])
async def test_list_is_taken_as_programs_write_it(client: httpx.AsyncClient, office: Headers, written: object) -> None:
    path = await create_item(client, office)
    response = await patch_item(client, path, office, measures=written)
    assert response.status_code == 200, response.text
    assert (await get_current_restrictions(client))[0]["measures"] == ["other"]


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"operational_status": "shut"}, "operational_status"),
        ({"operational_status": None}, "operational_status"),
        ({"status_group": "unknown"}, "status_group"),
        ({"code": "OA-1"}, "code"),
        ({"valid_from": "1 April"}, "valid_from"),
        ({"valid_to": "2020-03-20"}, "valid_to"),
        ({"valid_to": "2020-02-30"}, "valid_to"),
        ({"announced_end": "2019-01-01"}, "announced_end"),
        ({"source_url": "gazette"}, "source_url"),
        ({"measures": ["curfew"]}, "measures"),
    ],
)
async def test_invalid_restriction_is_refused_and_nothing_is_written(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers, properties: Document, wrong: str
) -> None:
    path = await create_item(client, office)
    before = await shipped.scalar(select(func.count()).select_from(Restriction))
    response = await patch_item(client, path, office, **properties)
    assert response.status_code in {400, 422}, response.text
    assert wrong in read_reasons(response)
    assert await shipped.scalar(select(func.count()).select_from(Restriction)) == before


async def test_restriction_stands_where_its_point_stands(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office)
    body = {"geometry": {"type": "Point", "coordinates": [20.6, 44.1]}}
    response = await client.patch(path, json=body, headers=office)
    assert (response.status_code, list(read_reasons(response))) == (400, ["geometry"])


async def test_restriction_is_replaced_by_the_feature_as_it_was_got(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office)
    feature = await get_json(client, path)
    feature["properties"] |= {"comment": None, "announced_end": "2020-06-30"}
    response = await client.put(path, json=feature, headers=office)
    assert response.status_code == 200, response.text
    (now,) = await get_current_restrictions(client)
    assert (now["comment"], now["announced_end"], len(now["measures"])) == (None, "2020-06-30", 2)


async def test_excepted_populations_are_not_among_the_affected(client: httpx.AsyncClient, office: Headers) -> None:
    measures = [
        {"measure": "movement_restricted", "affected_populations": ["regular_travellers"]},
        {"measure": "medical_requirements", "affected_populations": ["nationals"], "is_exception": True},
    ]
    row = {"point": POINT, "assessed_on": "2020-04-01", "operational_status": "partially_operational"}
    body = {"rows": [row | {"measures": measures}]}
    assert (await client.post("/submissions", json=body, headers=office)).status_code == 201
    (now,) = await get_current_restrictions(client)
    assert (now["measures"], now["affected_populations"]) == (["movement_restricted"], ["regular_travellers"])
