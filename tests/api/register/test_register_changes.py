"""Changes of the register through the one door: from a day on, with old days answering as before."""

from typing import Any

import httpx
import pytest
from helpers.factories import add_country, add_poe, day, record_status
from helpers.http import POINTS, get_json, get_properties
from helpers.offices import create_office, sign_in
from helpers.register_changes import NEW, collect_problems, create_fiji_caller, create_reviewer, submit_rows
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.service import Refused
from api.submissions.validation.register_row import REGISTER_ACTIONS
from models.queries.filters import FeatureFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion


async def state(database: AsyncConnection, code: str, on: str) -> Any:
    """The point as it is answered by its code, or None."""
    question = FeatureFilter(Days.on(day(on)), identity=code)
    return (await database.execute(select_points(question))).one_or_none()


async def test_renamed_point_has_its_old_name_on_old_days(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database, name="Nadi")
    row = {"action": "change_point", "point": "FJ-NAN", "name": "Nadi International", "valid_from": "2020-03-01"}
    told = (await submit_rows(database, caller, row))["rows"][0]
    assert (told["outcome"], told["point"], told["lifecycle"]) == ("superseded", "FJ-NAN", "active")
    names = [(await state(database, "FJ-NAN", on)).name for on in ("02-29", "03-01")]
    assert names == ["Nadi", "Nadi International"]


async def test_moved_and_retyped_point_keeps_the_rest_of_its_entry(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_country(database, "TON")
    await add_poe(database, iata="NAN", poe_type="land_border_point", other_iso3="TON")
    moved = {"action": "change_point", "point": "FJ-NAN", "longitude": "0.25", "latitude": "0.75"}
    await submit_rows(database, caller, moved | {"poe_type": "airport", "valid_from": "2020-03-01"})
    after = await state(database, "FJ-NAN", "03-01")
    assert (after.iata, after.poe_type, after.other_country) == ("NAN", "airport", None)
    assert await database.scalar(select(func.ST_AsText(after.geometry))) == "POINT(0.25 0.75)"
    assert (await state(database, "FJ-NAN", "02-29")).other_country == "TON"


async def test_late_renaming_leaves_a_later_relocation_alone(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    moved = {"action": "change_point", "point": "FJ-NAN", "longitude": "0.25", "latitude": "0.75"}
    await submit_rows(database, caller, moved | {"valid_from": "2020-04-01"})
    renamed = {"action": "change_point", "point": "FJ-NAN", "name": "New", "valid_from": "2020-03-01"}
    await submit_rows(database, caller, renamed)
    march, april = [await state(database, "FJ-NAN", on) for on in ("03-15", "04-15")]
    assert march.name == april.name == "New"
    assert await database.scalar(select(func.ST_X(march.geometry))) == 177.4
    assert await database.scalar(select(func.ST_X(april.geometry))) == 0.25


async def test_two_changes_of_one_point_may_stand_in_one_file(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    retired = {"action": "retire_point", "point": "FJ-NAN", "valid_from": "2020-04-01"}
    renamed = {"action": "change_point", "point": "FJ-NAN", "name": "New", "valid_from": "2020-03-01"}
    told = (await submit_rows(database, caller, retired, renamed))["rows"]
    assert [(row["outcome"], row["lifecycle"]) for row in told] == [("superseded", "retired"), ("superseded", "active")]
    april = await state(database, "FJ-NAN", "04-01")
    assert (april.name, april.lifecycle) == ("New", "retired")


async def test_change_that_is_known_is_unchanged(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database, name="Nadi")
    row = {"action": "change_point", "point": "FJ-NAN", "name": "Nadi"}
    assert (await submit_rows(database, caller, row))["counts"]["unchanged"] == 1
    assert await database.scalar(select(func.count()).select_from(PointOfEntryVersion)) == 1


async def test_merged_point_names_its_successor_and_takes_no_more_reports(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    await add_poe(database, "FJ-SUV")
    await submit_rows(
        database,
        caller,
        {"action": "merge_point", "point": "FJ-NAN", "successor": "FJ-SUV", "valid_from": "2020-03-01"},
    )
    assert (await state(database, "FJ-NAN", "03-01")).lifecycle == "merged"
    report = {"point": "FJ-NAN", "assessed_on": "2020-03-05", "operational_status": "open"}
    with pytest.raises(Refused) as refusal:
        await submit_rows(database, caller, report)
    (problem,) = refusal.value.answer["rows"][0]["problems"]
    assert (problem["code"], problem["candidates"]) == ("point_is_merged", ["FJ-SUV"])
    late = report | {"assessed_on": "2020-02-05"}
    assert (await submit_rows(database, caller, late))["counts"]["added"] == 1


async def test_points_cannot_be_merged_into_each_other(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    await add_poe(database, "FJ-SUV")
    one = {"action": "merge_point", "point": "FJ-NAN", "successor": "FJ-SUV", "valid_from": "2020-03-01"}
    other = {"action": "merge_point", "point": "FJ-SUV", "successor": "FJ-NAN", "valid_from": "2020-02-01"}
    assert await collect_problems(database, caller, one, other) == [("successor", "successor_leaves")] * 2
    await submit_rows(database, caller, one)
    assert await collect_problems(database, caller, other) == [("successor", "successor_not_active")]


async def test_retired_point_can_be_opened_again(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    await submit_rows(database, caller, {"action": "retire_point", "point": "FJ-NAN", "valid_from": "2020-03-01"})
    report = {"point": "FJ-NAN", "assessed_on": "2020-04-05", "operational_status": "open"}
    assert await collect_problems(database, caller, report) == [("point", "point_is_retired")]
    await submit_rows(database, caller, {"action": "reopen_point", "point": "FJ-NAN", "valid_from": "2020-04-01"})
    assert (await submit_rows(database, caller, report))["counts"]["added"] == 1
    assert (await state(database, "FJ-NAN", "03-15")).lifecycle == "retired"


async def test_hyphen_takes_a_code_away(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database, iata="NAN", icao="NFFN")
    await submit_rows(
        database, caller, {"action": "change_point", "point": "FJ-NAN", "iata": "-", "valid_from": "2020-03-01"}
    )
    after = await state(database, "FJ-NAN", "03-01")
    assert (after.iata, after.icao) == (None, "NFFN")


async def test_point_that_an_office_proposes_is_seen_by_nobody(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    told = (await submit_rows(database, caller, NEW))["rows"][0]
    assert (told["outcome"], told["point"], told["lifecycle"]) == ("added", "FJI-P0001", "proposed")
    assert await state(database, "FJI-P0001", "05-03") is None
    report = {"point": "FJI-P0001", "assessed_on": "2020-05-03", "operational_status": "open"}
    assert await collect_problems(database, caller, report) == [("point", "point_is_proposed")]
    gone = {"action": "retire_point", "point": "FJI-P0001"}
    assert await collect_problems(database, caller, gone) == [("action", "point_is_proposed")]


async def test_proposed_point_can_still_be_corrected(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await submit_rows(database, caller, NEW)
    row = {"action": "change_point", "point": "FJI-P0001", "name": "Savusavu Bay"}
    assert (await submit_rows(database, caller, row))["rows"][0]["lifecycle"] == "proposed"


async def test_point_that_a_reviewer_adds_needs_nobody_elses_acceptance(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database, "admin")
    told = (await submit_rows(database, caller, NEW | {"point": "FJ-SVU", "valid_from": "2020-05-03"}))["rows"][0]
    assert (told["point"], told["lifecycle"]) == ("FJ-SVU", "active")
    assert (await state(database, "FJ-SVU", "05-03")).name == "Savusavu"
    assert await state(database, "FJ-SVU", "05-02") is None


async def test_dry_run_names_the_code_that_a_new_point_would_have(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    dry = await submit_rows(database, caller, NEW, dry_run=True)
    assert await database.scalar(select(func.count()).select_from(PointOfEntry)) == 0
    real = await submit_rows(database, caller, NEW)
    assert [row["point"] for row in dry["rows"]] == [row["point"] for row in real["rows"]] == ["FJI-P0001"]


async def test_codes_are_given_in_turn(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    both = await submit_rows(database, caller, NEW, NEW | {"name": "Levuka"})
    assert [row["point"] for row in both["rows"]] == ["FJI-P0001", "FJI-P0002"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"longitude": ""}, ("longitude", "missing")),
        ({"name": ""}, ("name", "missing")),
        ({"latitude": "95"}, ("latitude", "out_of_range")),
        ({"latitude": "nan"}, ("latitude", "not_a_number")),
        ({"poe_type": "harbour"}, ("poe_type", "unknown_code")),
        ({"country": "TON"}, ("country", "foreign_country")),
        ({"country": "XXX"}, ("country", "unknown_country")),
        ({"iata": "N"}, ("iata", "not_a_code")),
        ({"point": "é"}, ("point", "not_a_code")),
        ({"point": "FJ-NAN"}, ("point", "code_taken")),
        ({"point": "NAN"}, ("point", "code_taken")),
        ({"other_country": "FJI"}, ("other_country", "same_country")),
        ({"poe_type": "airport", "other_country": "TON"}, ("other_country", "not_at_a_border")),
        ({"operational_status": "open"}, ("operational_status", "not_of_the_register")),
        ({"successor": "FJ-NAN"}, ("successor", "not_merged")),
    ],
)
async def test_problems_of_a_new_point_are_named(
    database: AsyncConnection, changes: dict[str, str], problem: tuple[str, str]
) -> None:
    caller = await create_fiji_caller(database)
    await add_country(database, "TON")
    await add_poe(database, iata="NAN")
    row = {name: value for name, value in (NEW | changes).items() if value}
    assert await collect_problems(database, caller, row) == [problem]
    assert await database.scalar(select(func.count()).select_from(PointOfEntry)) == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"action": "change_point"}, ("action", "nothing_changed")),
        ({"action": "change_point", "longitude": "1"}, ("latitude", "missing")),
        ({"action": "change_point", "name": "x", "valid_until": "2020-06-01"}, ("valid_until", "not_of_the_register")),
        ({"action": "merge_point"}, ("successor", "missing")),
        ({"action": "merge_point", "successor": "FJ-NAN"}, ("successor", "succeeds_itself")),
        ({"action": "merge_point", "successor": "NOWHERE"}, ("successor", "unknown_point")),
        ({"action": "merge_point", "successor": "TO-TBU"}, ("successor", "foreign_country")),
        ({"action": "retire_point", "successor": "FJ-SUV"}, ("successor", "not_merged")),
        ({"action": "retire"}, ("action", "unknown_code")),
    ],
)
async def test_problems_of_a_change_are_named(
    database: AsyncConnection, row: dict[str, str], problem: tuple[str, str]
) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    await add_poe(database, "FJ-SUV")
    await add_poe(database, "TO-TBU", iso3="TON")
    assert problem in await collect_problems(database, caller, {"point": "FJ-NAN"} | row)


async def test_two_changes_from_the_same_day_contradict(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database)
    one = {"action": "change_point", "point": "FJ-NAN", "name": "One"}
    assert await collect_problems(database, caller, one, one | {"name": "Two"}) == [("point", "contradicts_row")]
    assert await collect_problems(database, caller, NEW, NEW) == [("point", "duplicate_row")]


async def test_place_far_from_its_country_is_worth_a_second_look(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    told = await submit_rows(database, caller, NEW | {"longitude": "178", "latitude": "-18"})
    (problem,) = told["rows"][0]["problems"]
    assert (problem["code"], problem["severity"]) == ("outside_its_country", "warning")


async def test_point_that_is_there_already_is_named(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database, "FJ-SVU", 0.501, 0.5, poe_type="blue_border_point")
    (problem,) = (await submit_rows(database, caller, NEW))["rows"][0]["problems"]
    assert (problem["code"], problem["candidates"]) == ("point_there_already", ["FJ-SVU"])


async def test_code_of_another_airport_is_worth_a_second_look(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await add_poe(database, iata="NAN")
    await add_poe(database, "FJ-SUV")
    told = await submit_rows(database, caller, {"action": "change_point", "point": "FJ-SUV", "iata": "nan"})
    assert told["rows"][0]["problems"][0]["code"] == "code_in_use"


async def test_state_before_a_change_is_still_available(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    point = await add_poe(database, name="Nadi")
    _, before = await record_status(database, point, "closed", "03-01")
    await submit_rows(database, caller, {"action": "retire_point", "point": "FJ-NAN", "valid_from": "2020-03-01"})
    question = FeatureFilter(Days.on(day("04-01")), as_known_at=before)
    (row,) = (await database.execute(select_points(question))).all()
    assert (row.lifecycle, row.operational_status) == ("active", "closed")


async def test_every_action_without_days_changes_the_register() -> None:
    from models.codes import list_codes  # noqa: PLC0415 - read here, to say what it is compared with

    assert set(list_codes("submission_action")) == REGISTER_ACTIONS | {"report", "correct", "retract"}


# Over HTTP, on the shipped register.


async def patch(client: httpx.AsyncClient, code: str, headers: dict[str, str], **change: Any) -> httpx.Response:
    return await client.patch(f"/points-of-entry/{code}", headers=headers, json=change)


async def a_serbian_airport(client: httpx.AsyncClient) -> str:
    return next(iter(await get_properties(client, POINTS, country="SRB", poe_type="airport")))


async def test_point_is_patched_once_for_each_etag(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    code = await a_serbian_airport(client)
    etag = (await client.get(f"/points-of-entry/{code}/history")).headers["etag"]
    headers = await sign_in(shipped) | {"If-Match": etag}
    first = await patch(client, code, headers, name="Renamed", iata=None)
    assert (first.status_code, first.json()["counts"]["superseded"]) == (200, 1)
    point = (await get_json(client, f"{POINTS}/{code}"))["properties"]
    assert (point["name"], point["iata"]) == ("Renamed", None)
    second = await patch(client, code, headers, name="Again")
    assert second.status_code == 412
    again = await patch(client, code, headers | {"If-Match": first.headers["etag"]}, name="Again")
    assert again.status_code == 200
    assert (await client.get(first.json()["rows"][0]["href"])).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"), [({"name": None}, "name"), ({"colour": "red"}, "colour"), ({"lifecycle": "gone"}, "lifecycle")]
)
async def test_invalid_patch_names_the_field(
    client: httpx.AsyncClient, shipped: AsyncConnection, change: dict[str, Any], field: str
) -> None:
    response = await patch(client, await a_serbian_airport(client), await sign_in(shipped), **change)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)


async def test_patch_of_nothing_known_is_not_found(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await sign_in(shipped)
    assert (await patch(client, "NOWHERE", headers, name="x")).status_code == 404
    assert (await patch(client, "%00", headers, name="x")).status_code == 404
    assert (await patch(client, await a_serbian_airport(client), {}, name="x")).status_code == 401


async def a_proposal(client: httpx.AsyncClient, shipped: AsyncConnection) -> str:
    row = {
        "action": "new_point",
        "name": "Most",
        "poe_type": "land_border_point",
        "country": "SRB",
        "longitude": 20.5,
        "latitude": 44.8,
        "valid_from": "2020-03-01",
    }
    posted = await client.post("/submissions", headers=await sign_in(shipped), json=[row])
    assert posted.status_code == 201, posted.text
    told = posted.json()["rows"][0]
    assert told["href"].endswith("/points-of-entry/proposed")
    code: str = told["point"]
    return code


async def test_proposal_is_public_once_it_is_accepted(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    code = await a_proposal(client, shipped)
    public = (f"{POINTS}/{code}", f"/points-of-entry/{code}/history")
    assert [(await client.get(path)).status_code for path in public] == [404, 404]
    deciding = await create_reviewer(shipped, "SEEECA")
    (waiting,) = (await client.get("/points-of-entry/proposed", headers=deciding)).json()["points"]
    assert (waiting["code"], waiting["valid_from"]) == (code, "2020-03-01")
    accepting = next(link["href"] for link in waiting["links"] if link["rel"] == "accept")
    accepted = await client.post(accepting, headers=deciding, json={"remark": "seen"})
    assert accepted.status_code == 200, accepted.text
    assert [(await client.get(path)).status_code for path in public] == [200, 200]
    assert code in await get_properties(client, POINTS, country="SRB", datetime="2020-03-01")
    assert code not in await get_properties(client, POINTS, country="SRB", datetime="2020-02-29")
    again = await client.post(accepting, headers=deciding, json={})
    assert again.status_code == 409


async def test_declined_proposal_never_was(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    code = await a_proposal(client, shipped)
    deciding = await create_reviewer(shipped, "SEEECA")
    declined = await client.post(f"/points-of-entry/{code}/decline", headers=deciding, json={"remark": "no"})
    assert declined.status_code == 200
    assert (await client.get(f"{POINTS}/{code}")).status_code == 404
    assert (await client.get("/points-of-entry/proposed", headers=deciding)).json() == {"points": []}
    assert (await client.post(f"/points-of-entry/{code}/accept", headers=deciding, json={})).status_code == 404
    assert await a_proposal(client, shipped) != code


async def test_reviewer_of_another_country_cannot_accept(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    code = await a_proposal(client, shipped)
    path = f"/points-of-entry/{code}/accept"
    for headers, status in (
        ({}, 401),
        (await sign_in(shipped), 403),
        # Whom it does not concern is not told that it is there.
        (await create_reviewer(shipped, "AP"), 404),
    ):
        assert (await client.post(path, headers=headers, json={})).status_code == status
    other = await create_reviewer(shipped, "AP")
    assert (await client.get("/points-of-entry/proposed", headers=other)).json() == {"points": []}


async def test_new_point_that_waits_for_review_is_its_countrys_reviewers(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await create_office(shipped, "serbia", needs_review=True)
    posting = await sign_in(shipped)
    row = {"action": "new_point", "name": "Most", "poe_type": "airport", "country": "SRB"}
    place = {"longitude": 20.5, "latitude": 44.8}
    posted = await client.post("/submissions", headers=posting, json=[row | place])
    assert posted.status_code == 202
    number = posted.json()["id"]
    other, deciding = await create_reviewer(shipped, "AP"), await create_reviewer(shipped, "SEEECA")
    assert (await client.get(f"/submissions/{number}", headers=other)).status_code == 404
    published = await client.post(f"/submissions/{number}/publish", headers=deciding, json={})
    assert published.json()["rows"][0]["lifecycle"] == "active"


@pytest.mark.parametrize("decision", ["accept", "decline"])
async def test_invalid_decision_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection, decision: str) -> None:
    office = await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))
    admin = await sign_in(shipped, await create_office(shipped, "hq", countries=[]), "admin")
    code = (await client.post("/submissions", json={"rows": [NEW]}, headers=office)).json()["rows"][0]["point"]
    path = f"/points-of-entry/{code}/{decision}"
    tries = [
        await client.post(path, json={}, params={"dry_run": "true"}, headers=admin),
        await client.post(path, json={"remark": "\0"}, headers=admin),
    ]
    assert [answer.status_code for answer in tries] == [400, 400]
    assert (await client.post(path, json={}, headers=admin)).status_code == 200
