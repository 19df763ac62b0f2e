"""Records of days before their point is in the register: none is accepted that half of the answers would not show."""

import httpx
import pytest
from helpers.factories import day
from helpers.offices import sign_in
from helpers.register_changes import NEW, Json, collect_problems, create_fiji_caller, create_reviewer, submit_rows
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from models.queries.change_log import ChangeLogFilter, select_change_log
from models.queries.filters import FeatureFilter
from models.queries.points import select_points
from models.queries.restrictions import select_restrictions
from models.tables.bitemporal import Days

LATE = NEW | {"point": "T-LATE", "valid_from": "2020-04-01"}
REPORT = {"point": "T-LATE", "assessed_on": "2020-04-10", "operational_status": "closed"}
BEFORE = REPORT | {"valid_from": "2020-03-01"}


@pytest.fixture
async def office(database: AsyncConnection) -> Caller:
    return await create_fiji_caller(database, "admin")


async def shown(database: AsyncConnection, on: str) -> list[str | None]:
    """The status at the point, among the restrictions and among the changes: what holds on the day."""
    days = Days.on(day(on))
    point = (await database.execute(select_points(FeatureFilter(days, identity="T-LATE")))).one_or_none()
    restrictions = (await database.execute(select_restrictions(FeatureFilter(days, iso3s=["FJI"])))).all()
    told = (await database.execute(select_change_log(ChangeLogFilter()))).all()
    return [
        point and point.operational_status,
        *(restriction.operational_status for restriction in restrictions),
        *(change.operational_status for change in told if change.code == "T-LATE"),
    ]


async def test_new_point_without_a_first_day_was_always_there(database: AsyncConnection, office: Caller) -> None:
    await submit_rows(database, office, {**LATE, "valid_from": ""})
    await submit_rows(database, office, BEFORE)
    assert await shown(database, "03-15") == ["closed"] * 3


async def test_new_points_day_of_assessment_is_not_its_first(database: AsyncConnection, office: Caller) -> None:
    await submit_rows(database, office, {**LATE, "valid_from": "", "assessed_on": "2020-04-10"})
    await submit_rows(database, office, BEFORE)
    assert await shown(database, "03-15") == ["closed"] * 3


@pytest.mark.parametrize("row", [BEFORE, BEFORE | {"action": "correct"}, BEFORE | {"valid_until": "2020-03-02"}])
async def test_report_from_before_the_points_first_day_is_refused(
    database: AsyncConnection, office: Caller, row: Json
) -> None:
    await submit_rows(database, office, LATE)
    assert await collect_problems(database, office, row) == [("valid_from", "not_in_the_register")]


async def test_report_from_the_points_first_day_on_is_taken(database: AsyncConnection, office: Caller) -> None:
    await submit_rows(database, office, LATE)
    await submit_rows(database, office, BEFORE | {"valid_from": "2020-04-01"})
    assert await shown(database, "04-01") == ["closed"] * 3


async def test_change_from_before_a_points_first_day_has_it_begin_then(
    database: AsyncConnection, office: Caller
) -> None:
    await submit_rows(database, office, LATE)
    earlier = {"action": "change_point", "point": "T-LATE", "valid_from": "2020-03-01"}
    told = (await submit_rows(database, office, earlier))["rows"][0]
    assert (told["outcome"], told["point"]) == ("added", "T-LATE")
    await submit_rows(database, office, BEFORE)
    assert await shown(database, "03-01") == ["closed"] * 3


async def test_point_that_began_with_another_name_has_it_on_all_days(database: AsyncConnection, office: Caller) -> None:
    await submit_rows(database, office, LATE)
    await submit_rows(
        database, office, {"action": "change_point", "point": "T-LATE", "valid_from": "2020-03-01", "name": "A"}
    )
    for on in ("03-01", "05-01"):
        (point,) = (await database.execute(select_points(FeatureFilter(Days.on(day(on)), identity="T-LATE")))).all()
        assert point.name == "A"


async def test_proposal_without_a_first_day_has_none(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    """Not the first day of a calendar."""
    row = NEW | {"country": "SRB", "longitude": 20.5, "latitude": 44.8}
    posted = await client.post("/submissions", headers=await sign_in(shipped), json=[row])
    assert posted.status_code == 201, posted.text
    deciding = await create_reviewer(shipped, "SEEECA")
    (waiting,) = (await client.get("/points-of-entry/proposed", headers=deciding)).json()["points"]
    assert (waiting["name"], waiting["valid_from"]) == ("Savusavu", None)
