"""Forms that come back filled in, as KoboToolbox's REST service and ODK Central's OData have them."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe
from helpers.offices import build_basic, build_bearer, create_key, create_office, expire_key
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth.api_key import Key
from api.main import create_app
from api.submissions.forms.odk_submission import InvalidFormSubmission, parse_form_submission
from models.tables.assessment import Assessment
from models.tables.restriction import Restriction, RestrictionMeasure
from models.tables.submission import Submission

IDENTITY = "2a8129f5-3091-44e1-a579-bed2b07a12cf"
ROW = {
    "point": "FJ-NAN",
    "assessed_on": "2020-05-01",
    "operational_status": "partially_operational",
    "valid_from": "2020-04-20",
    "measures": ["medical_requirements", "mandatory_quarantine"],
    "nationalities": ["ITA"],
    "nationality_rule": "only",
    "estimated_daily_inflow": "120",
    "health_staff": "yes",
    "measure_rows": [{"measure": "movement_restricted", "traffic": "cargo", "affected_populations": ["truck_drivers"]}],
}
EACH = "what_holds/measure_rows/each_"
KOBO = {
    "_id": 471987,
    "formhub/uuid": "189436bb09a54957bfcc798e338b54d6",
    "__version__": "veGcULpqP6JNFKRJbbMvMs",
    "meta/instanceID": f"uuid:{IDENTITY}",
    "_xform_id_string": "ajXVJpBkTD5tB4Nu9QXpgm",
    "_uuid": IDENTITY,
    "point": "FJ-NAN",
    "assessed_on": "2020-05-01",
    "operational_status": "partially_operational",
    "what_holds/valid_from": "2020-04-20",
    "what_holds/measures": "medical_requirements mandatory_quarantine",
    "what_holds/nationality_rule": "only",
    "what_holds/nationalities": "ITA",
    "what_holds/measure_rows": [
        {
            f"{EACH}measure": "movement_restricted",
            f"{EACH}traffic": "cargo",
            f"{EACH}affected_populations": "truck_drivers",
        }
    ],
    "flows/estimated_daily_inflow": "120",
    "health/health_staff": "yes",
    "name_of_the_enumerator": "asked by the office itself",
    "_attachments": [],
    "_status": "submitted_via_web",
    "_geolocation": [None, None],
    "_submission_time": "2020-05-01T14:15:44",
    "_tags": [],
    "_notes": [],
    "_validation_status": {},
    "_submitted_by": None,
}
ODK = {
    "__id": f"uuid:{IDENTITY}",
    "__system": {"submissionDate": "2020-05-01T14:15:44Z", "submitterName": "Alice", "edits": 0, "reviewState": None},
    "meta": {"instanceID": f"uuid:{IDENTITY}", "instanceName": "FJ-NAN 2020-05-01"},
    "point": "FJ-NAN",
    "assessed_on": "2020-05-01",
    "operational_status": "partially_operational",
    "what_holds": {
        "valid_from": "2020-04-20",
        "valid_until": None,
        "measures": "medical_requirements mandatory_quarantine",
        "direction": None,
        "nationality_rule": "only",
        "nationalities": "ITA",
        "measure_rows@odata.navigationLink": "Submissions('uuid%3A1')/what_holds/measure_rows",
        "measure_rows": [
            {
                "__id": "5fb4d3bfa0a8a0f5ac7ad4a9b0d4b9a9d3bf5d0c",
                "each_measure": "movement_restricted",
                "each_direction": None,
                "each_traffic": "cargo",
                "each_affected_populations": "truck_drivers",
            }
        ],
    },
    "flows": {"estimated_daily_inflow": "120", "estimated_daily_outflow": None},
    "health": {"health_staff": "yes", "sops": None},
}
ODATA = {"@odata.context": "https://odk.example.org/v1/projects/1/forms/crossings_fji.svc/$metadata", "value": [ODK]}


@pytest.mark.parametrize("document", [KOBO, ODK, ODATA], ids=["kobo", "odk", "odata"])
def test_filled_in_form_is_a_row(document: dict[str, Any]) -> None:
    answer = parse_form_submission(document)
    assert (answer.identity, answer.row) == (IDENTITY, ROW)


def test_measure_in_which_nothing_was_chosen_is_no_measure() -> None:
    assert "measure_rows" not in parse_form_submission(KOBO | {"what_holds/measure_rows": [{f"{EACH}measure": ""}]}).row


def test_edited_form_is_another_submission() -> None:
    edited = ODK | {"meta": {"instanceID": "uuid:another", "deprecatedID": f"uuid:{IDENTITY}"}}
    assert parse_form_submission(edited).identity == "another"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "a JSON object"),
        ({"point": "FJ-NAN"}, "no meta/instanceID"),
        ({"point": "FJ-NAN", "_uuid": "\0"}, "no meta/instanceID"),
        ({"value": [ODK, ODK]}, "2 forms"),
        (ODK | {"what_holds": {"measure_rows@odata.navigationLink": "Submissions('1')/x"}}, r"\$expand"),
        (KOBO | {"what_holds/measure_rows": ["closed"]}, "list of objects"),
    ],
)
def test_invalid_form_is_explained(document: object, told: str) -> None:
    with pytest.raises(InvalidFormSubmission, match=told):
        parse_form_submission(document)


async def fiji(database: AsyncConnection, role: str = "office", **office: Any) -> Key:
    await create_office(database, "fiji", countries=["FJI"], **office)
    await add_poe(database)
    return await create_key(database, "fiji", role)


async def sent(client: httpx.AsyncClient, key: Key | str, document: Any = KOBO) -> httpx.Response:
    token = key.format() if isinstance(key, Key) else key
    return await client.post(f"/hooks/kobo/{token}", json=document)


async def count(database: AsyncConnection, table: type[Any]) -> int:
    return await database.scalar(select(func.count()).select_from(table)) or 0


async def test_filled_in_form_is_recorded(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    response = await sent(client, await fiji(shipped))
    assert response.status_code == 201, response.text
    record = response.json()["rows"][0]["record"]
    measures = await shipped.scalars(select(RestrictionMeasure).where(RestrictionMeasure.restriction_id == record))
    assert len(measures.all()) == 3
    assert await shipped.scalar(select(Assessment.estimated_daily_inflow)) == 120


async def test_repeated_form_has_no_effect(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    first = await sent(client, key)
    again = await sent(client, key, KOBO | {"_validation_status": {"uid": "validation_status_approved"}})
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await count(shipped, Submission), await count(shipped, Restriction)) == (1, 1)


async def test_empty_status_confirms_the_last_one(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    await sent(client, key)
    week_later = {"_uuid": "next", "point": "FJ-NAN", "assessed_on": "2020-05-08"}
    assert (await sent(client, key, week_later)).json()["rows"][0]["outcome"] == "unchanged"


async def test_unusable_form_is_explained(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    response = await sent(client, await fiji(shipped), KOBO | {"assessed_on": "01/05/2020"})
    assert response.status_code == 422
    assert response.json()["rows"][0]["problems"][0]["column"] == "assessed_on"


async def test_form_mended_after_it_was_refused_is_taken(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    await sent(client, key, KOBO | {"point": "FJ-NAM"})
    assert (await sent(client, key)).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"), [(b"<data id='crossings_fji'/>", "not_json"), (b"[" * 100_000, "too_deep"), (b"[]", "not_a_form")]
)
async def test_other_documents_are_refused(
    client: httpx.AsyncClient, shipped: AsyncConnection, body: bytes, code: str
) -> None:
    response = await client.post(f"/hooks/kobo/{(await fiji(shipped)).format()}", content=body)
    assert (response.status_code, response.json()["problems"][0]["code"]) == (422, code)


async def test_point_of_another_country_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    await add_poe(shipped, "RS-NEW", iso3="SRB")
    assert (await sent(client, key, KOBO | {"point": "RS-NEW"})).status_code == 403


async def test_form_of_an_office_under_review_waits(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    response = await sent(client, await fiji(shipped, needs_review=True))
    assert (response.status_code, response.json()["state"]) == (202, "waiting")
    assert await count(shipped, Restriction) == 0


async def test_wrong_key_in_the_address_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    wrong = [key.format()[:-1] + "x", "token", Key.generate().format()]
    assert [(await sent(client, token)).status_code for token in wrong] == [401, 401, 401]


async def test_expired_key_in_the_address_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    await expire_key(shipped, key)
    assert (await sent(client, key)).status_code == 401


async def test_key_in_a_header_keeps_it_out_of_the_address(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await fiji(shipped)
    for number, headers in enumerate((build_bearer(key), build_basic("crossings", key.format()))):
        document = KOBO | {"meta/instanceID": f"uuid:{number}"}
        assert (await client.post("/hooks/kobo", json=document, headers=headers)).status_code == 201
    assert (await client.post("/hooks/kobo", json=KOBO)).status_code == 401


@pytest.fixture
async def failing(shipped_engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A service that has lost its database."""

    class Lost:
        def check(self, _: object) -> None:
            raise RuntimeError("lost")

    app = create_app(shipped_engine)
    app.state.writers = Lost()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_no_log_shows_the_key_in_the_address(
    failing: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    key = Key.generate()
    with caplog.at_level(logging.DEBUG, logger="api"):
        assert (await sent(failing, key)).status_code == 500
    assert "/hooks/kobo/hidden failed" in caplog.text
    assert key.secret not in caplog.text
