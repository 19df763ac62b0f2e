"""The service for submissions, without file formats (reading them has tests of its own)."""

import datetime as dt
import json
from typing import Any

import pytest
from helpers.factories import add_country, add_poe
from helpers.offices import create_key, create_office
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller, fetch_caller
from api.submissions.raw_row import RawRow
from api.submissions.repeats import KeyReused
from api.submissions.rows import RawSubmission
from api.submissions.service import IncomingSubmission, Json, PointMoved, Refused, RefusedForeign, submit
from models.tables.assessment import Assessment, HealthCapacity
from models.tables.restriction import Restriction, RestrictionMeasure
from models.tables.revision import Revision
from models.tables.submission import Submission

pytestmark = pytest.mark.smoke

NOW = dt.datetime(2020, 5, 3, 12, tzinfo=dt.UTC)


async def fiji(database: AsyncConnection, **office: Any) -> Caller:
    """Return a caller who may write for Fiji."""
    await add_country(database, "FJI")
    code = await create_office(database, "fiji", countries=["FJI"], **office)
    return await fetch_caller(database, (await create_key(database, code)).prefix, NOW.date())


async def post(database: AsyncConnection, caller: Caller, *rows: dict[str, str], **options: Any) -> Json:
    """Submit the rows, numbered from 2 as in a spreadsheet."""
    raw = RawSubmission(tuple(RawRow(number, row) for number, row in enumerate(rows, start=2)))
    body = json.dumps(rows).encode()
    incoming = IncomingSubmission(
        body, "application/json", partial=options.pop("partial", False), idempotency_key=options.pop("key", None)
    )
    return await submit(database, caller, incoming, raw, NOW, **options)


def closed(point: str = "FJ-NAN", **columns: str) -> dict[str, str]:
    return {"point": point, "assessed_on": "2020-05-01", "operational_status": "closed"} | columns


def problems(answer: Json) -> list[tuple[int, str, str]]:
    return [(p["row"], p["column"], p["code"]) for row in answer["rows"] for p in row.get("problems", [])]


async def count(database: AsyncConnection, table: type[Any]) -> int:
    return await database.scalar(select(func.count()).select_from(table)) or 0


async def refusal(database: AsyncConnection, caller: Caller, *rows: dict[str, str], **options: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await post(database, caller, *rows, **options)
    return refused.value


async def test_report_becomes_a_restriction_and_an_assessment(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    answer = await post(database, caller, closed())
    assert answer["counts"] == {"rows": 1, "added": 1, "superseded": 0, "unchanged": 0, "rejected": 0}
    record = answer["rows"][0]["record"]
    assert await database.scalar(select(Restriction.operational_status).where(Restriction.id == record)) == "closed"
    assert await count(database, Assessment) == 1


async def test_week_without_change_adds_an_assessment_and_no_restriction(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    await post(database, caller, closed())
    answer = await post(database, caller, closed(assessed_on="2020-05-02"))
    assert (answer["rows"][0]["outcome"], await count(database, Restriction)) == ("unchanged", 1)
    assert await count(database, Assessment) == 2


async def test_empty_status_confirms_the_current_state(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    await post(database, caller, closed())
    answer = await post(database, caller, {"point": "FJ-NAN", "assessed_on": "2020-05-02"})
    assert (answer["rows"][0]["outcome"], await count(database, Assessment)) == ("unchanged", 2)


async def test_unassessed_point_cannot_be_confirmed(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    refused = await refusal(database, caller, {"point": "FJ-NAN", "assessed_on": "2020-05-02"})
    assert problems(refused.answer) == [(2, "operational_status", "nothing_to_confirm")]


async def test_all_problems_come_in_one_response_and_nothing_is_stored(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    await add_poe(database, "XX-FAR", iso3="SRB")
    before = await count(database, Revision)
    refused = await refusal(
        database,
        caller,
        closed(assessed_on="01/05/2020"),
        closed(operational_status="shut"),
        closed("FJ-NAM"),
        closed("XX-FAR"),
        closed(announced_end="2020-04-01"),
        closed(valid_until="2020-04-01"),
        closed(estimated_daily_inflow="-4"),
    )
    assert problems(refused.answer) == [
        (2, "assessed_on", "not_a_day"),
        (3, "operational_status", "unknown_code"),
        (4, "point", "unknown_point"),
        (5, "point", "foreign_country"),
        (6, "announced_end", "ends_before_it_starts"),
        (7, "valid_until", "ends_before_it_starts"),
        (8, "estimated_daily_inflow", "not_a_count"),
    ]
    assert isinstance(refused, RefusedForeign)
    assert refused.answer["counts"] == {"rows": 7, "added": 0, "superseded": 0, "unchanged": 0, "rejected": 7}
    assert [await count(database, table) for table in (Submission, Restriction, Assessment)] == [0, 0, 0]
    assert await count(database, Revision) == before


async def test_digits_of_arabic_are_read_and_shown_back(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    arabic = {"assessed_on": "٢٠٢٠-٠٥-٠١", "estimated_daily_inflow": "١٢٠٠"}  # noqa: RUF001
    answer = await post(database, caller, closed(**arabic))
    shown = {each["column"]: each["message"] for each in answer["rows"][0]["problems"] if each["code"] == "read_as"}
    assert shown["assessed_on"].endswith("was read as 2020-05-01")
    assert shown["estimated_daily_inflow"].endswith("was read as 1200")
    assert answer["counts"]["added"] == 1


async def test_misspelt_code_gets_the_nearest_candidates(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    refused = await refusal(database, caller, closed("FJ-NAM"))
    assert refused.answer["rows"][0]["problems"][0]["candidates"] == ["FJ-NAN"]


async def test_partial_submission_records_good_rows(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    answer = await post(database, caller, closed(), closed("nowhere"), partial=True)
    assert [row["outcome"] for row in answer["rows"]] == ["added", "rejected"]


async def test_row_that_is_there_twice_is_refused_naming_the_first(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    refused = await refusal(database, caller, closed(), closed())
    problem = refused.answer["rows"][1]["problems"][0]
    assert (problem["code"], problem["message"]) == ("duplicate_row", "is the same as row 2")


async def test_rows_that_speak_of_the_same_days_are_refused(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    one, other = closed(valid_until="2020-05-20"), closed(operational_status="open", valid_from="2020-05-10")
    assert problems((await refusal(database, caller, one, other)).answer) == [(3, "point", "contradicts_row")]


async def test_file_may_close_and_then_open_a_point(database: AsyncConnection) -> None:
    caller = await fiji(database)
    point = await add_poe(database)
    await post(database, caller, closed(), closed(operational_status="open", valid_from="2020-05-10"))
    days = (
        select(Restriction.valid_during)
        .where(Restriction.point_of_entry_id == point)
        .order_by(Restriction.valid_during)
    )
    first, second = (await database.scalars(days)).all()
    assert (first.upper, second.lower, second.upper) == (dt.date(2020, 5, 10), dt.date(2020, 5, 10), None)


async def test_labels_in_four_languages_mean_their_codes(database: AsyncConnection) -> None:
    caller = await fiji(database)
    labels = ("Closed for entry and exit", "Fermé à l'entrée et à la sortie", "CERRADO para la entrada y la salida")
    for number, label in enumerate((*labels, "مغلق للدخول والخروج")):
        await add_poe(database, f"FJ-{number}X")
        answer = await post(database, caller, closed(f"FJ-{number}X", operational_status=label))
        record = answer["rows"][0]["record"]
        assert await database.scalar(select(Restriction.operational_status).where(Restriction.id == record)) == "closed"


async def test_point_is_found_by_its_other_codes(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database, iata="NAN", icao="NFFN", unlocode="FJNAN")
    for name in ("NAN", "nffn", "FJNAN"):
        answer = await post(database, caller, closed(name), dry_run=True)
        assert answer["rows"][0]["point"] == "FJ-NAN"


async def test_code_that_two_points_share_is_refused_with_both(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database, "FJ-ONE", unlocode="FJSUV")
    await add_poe(database, "FJ-TWO", unlocode="FJSUV", poe_type="blue_border_point")
    refused = await refusal(database, caller, closed("FJSUV"))
    assert refused.answer["rows"][0]["problems"][0]["candidates"] == ["FJ-ONE", "FJ-TWO"]


async def test_contradiction_that_may_be_true_is_a_warning(database: AsyncConnection) -> None:
    caller = await fiji(database)
    for code in ("FJ-A", "FJ-B", "FJ-C"):
        await add_poe(database, code)
    answer = await post(
        database,
        caller,
        closed("FJ-A", operational_status="open", measures="movement_restricted"),
        closed("FJ-B", measures="movement_restricted", excepted_populations="nationals"),
        closed("FJ-C", operational_status="commercial_traffic_only"),
    )
    codes = ["open_with_restriction", "closed_with_exception", "no_cargo_measure"]
    assert [code for _, _, code in problems(answer)] == codes
    assert answer["counts"]["added"] == 3


async def test_measures_go_with_direction_traffic_populations_and_exceptions(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    row = closed(
        operational_status="partially_operational",
        measures="movement_restricted; mandatory_quarantine",
        direction="entry",
        traffic="passenger",
        affected_populations="Tourists; nationals",
        nationality_rule="except",
        nationalities="fji, SRB",
        excepted_populations="crew",
    )
    await add_country(database, "SRB")
    await post(database, caller, row)
    columns = (RestrictionMeasure.measure, RestrictionMeasure.nationalities, RestrictionMeasure.is_exception)
    rows = sorted((await database.execute(select(*columns))).all())
    assert rows == [
        ("mandatory_quarantine", [], True),
        ("mandatory_quarantine", ["FJI", "SRB"], False),
        ("movement_restricted", [], True),
        ("movement_restricted", ["FJI", "SRB"], False),
    ]


async def test_health_capacities_are_kept_on_both_time_axes(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    await post(database, caller, closed(health_staff="yes", screening="routine"))
    await post(database, caller, closed(assessed_on="2020-05-02", health_staff="no", screening="routine"))
    believed = select(HealthCapacity.indicator, HealthCapacity.value, HealthCapacity.valid_during)
    rows = (await database.execute(believed.where(func.upper_inf(HealthCapacity.recorded_during)))).all()
    told = sorted((indicator, value, days.lower.day) for indicator, value, days in rows)
    assert told == [("health_staff", "no", 2), ("health_staff", "yes", 1), ("screening", "routine", 1)]


async def test_retraction_withdraws_its_days(database: AsyncConnection) -> None:
    caller = await fiji(database)
    point = await add_poe(database)
    await post(database, caller, closed())
    back = {"point": "FJ-NAN", "action": "retract", "valid_from": "2020-05-10", "valid_until": "2020-05-19"}
    assert (await post(database, caller, back))["rows"][0]["outcome"] == "superseded"
    believed = select(Restriction.valid_during).where(
        Restriction.point_of_entry_id == point, func.upper_inf(Restriction.recorded_during)
    )
    days = sorted((days.lower.day, days.upper and days.upper.day) for days in (await database.scalars(believed)).all())
    assert days == [(1, 10), (20, None)]
    assert await count(database, Assessment) == 1


async def test_dry_run_reports_the_result_and_writes_nothing(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    tried = await post(database, caller, closed(), dry_run=True)
    assert (tried["state"], tried["counts"]["added"]) == ("dry_run", 1)
    assert [await count(database, table) for table in (Submission, Restriction, Assessment)] == [0, 0, 0]
    real = await post(database, caller, closed())
    assert [row["outcome"] for row in tried["rows"]] == [row["outcome"] for row in real["rows"]]


async def test_repeated_key_and_body_return_the_same_response_without_effect(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    first = await post(database, caller, closed(), key="week-18")
    again = await post(database, caller, closed(), key="week-18")
    assert again == first
    assert [await count(database, table) for table in (Submission, Assessment)] == [1, 1]


async def test_same_key_with_another_body_is_refused(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    await post(database, caller, closed(), key="week-18")
    with pytest.raises(KeyReused):
        await post(database, caller, closed(comment="other"), key="week-18")


async def test_update_of_an_office_under_review_waits_and_is_not_public(database: AsyncConnection) -> None:
    caller = await fiji(database, needs_review=True)
    await add_poe(database)
    answer = await post(database, caller, closed())
    assert (answer["state"], answer["counts"]["added"]) == ("waiting", 1)
    assert [await count(database, table) for table in (Submission, Restriction, Assessment)] == [1, 0, 0]


async def test_update_with_an_outdated_history_is_refused(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    with pytest.raises(PointMoved):
        await post(database, caller, closed(), if_match={'"FJ-NAN.1"'})


async def test_day_still_to_come_was_not_assessed(database: AsyncConnection) -> None:
    caller = await fiji(database)
    await add_poe(database)
    refused = await refusal(database, caller, closed(assessed_on="2020-05-05"))
    assert problems(refused.answer) == [(2, "assessed_on", "in_the_future")]


async def test_week_that_is_posted_late_leaves_the_weeks_after_it_alone(database: AsyncConnection) -> None:
    caller = await fiji(database)
    point = await add_poe(database)
    await post(database, caller, closed(assessed_on="2020-05-01", operational_status="open"))
    answer = await post(database, caller, closed(assessed_on="2020-04-20"))
    assert problems(answer) == [(2, "valid_until", "until_later_news")]
    days = select(Restriction.operational_status, Restriction.valid_during).where(
        Restriction.point_of_entry_id == point, func.upper_inf(Restriction.recorded_during)
    )
    told = sorted((status, str(days.lower), str(days.upper)) for status, days in await database.execute(days))
    assert told == [("closed", "2020-04-20", "2020-05-01"), ("open", "2020-05-01", "None")]


async def test_open_correction_replaces_later_updates(database: AsyncConnection) -> None:
    caller = await fiji(database)
    point = await add_poe(database)
    await post(database, caller, closed(assessed_on="2020-05-01", operational_status="open"))
    await post(database, caller, closed(assessed_on="2020-05-02", valid_from="2020-04-20"))
    days = select(Restriction.operational_status, Restriction.valid_during).where(
        Restriction.point_of_entry_id == point, func.upper_inf(Restriction.recorded_during)
    )
    told = [(status, str(days.lower), days.upper) for status, days in await database.execute(days)]
    assert told == [("closed", "2020-04-20", None)]
