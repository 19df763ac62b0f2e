"""What the database itself refuses, asked in SQL, past the application."""

import re

import pytest
from helpers.factories import add_country, add_poe, record_status
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.restrictions import MeasureRow
from models.tables.metadata import Base

RANGES = "daterange('2020-03-01', '2020-04-01'), tstzrange('2020-03-01', NULL)"
A_RESTRICTION = (
    "INSERT INTO restriction (point_of_entry_id, operational_status, source_id, valid_during, recorded_during)"
)
A_MEASURE = """
    INSERT INTO country_measure (imposing_iso3, origin_iso3, indicator, level, measure_codes, source_id,
                                 valid_during, recorded_during)
    SELECT 'FJI', {origin}, '{indicator}', '{level}', '{codes}', min(id),
           daterange('2020-03-01', NULL), tstzrange('2020-03-01', NULL) FROM source
"""
HISTORIES = ("restriction", "point_of_entry_version", "health_capacity", "country_measure", "country_exception")
ONLY_ADDED_TO = ("revision", "point_of_entry", "restriction_measure", "assessment", "submission", "audit_entry")


async def refused(database: AsyncConnection, statement: str) -> str:
    """What the database says when it refuses the statement; it has to."""
    with pytest.raises(DBAPIError) as refusal:
        async with database.begin_nested():
            await database.execute(text(statement.replace(":", "\\:")))
    return str(refusal.value.orig)


async def a_closed_point(database: AsyncConnection) -> int:
    point = await add_poe(database)
    measure = MeasureRow("movement_restricted")
    await record_status(database, point, "closed", "03-01", "04-01", measures=[measure])
    return point


async def insert(database: AsyncConnection, valid: str, recorded: str = "tstzrange('2020-03-01', NULL)") -> str:
    point = await a_closed_point(database)
    return await refused(database, f"{A_RESTRICTION} SELECT {point}, 'open', min(id), {valid}, {recorded} FROM source")


async def test_two_beliefs_about_one_day(database: AsyncConnection) -> None:
    assert "restriction_one_belief_a_day" in await insert(
        database, "daterange('2020-03-31', '2020-05-01')", "tstzrange(clock_timestamp(), NULL)"
    )


async def test_two_past_beliefs_about_one_day(database: AsyncConnection) -> None:
    told = "tstzrange(clock_timestamp() - interval '1 day', clock_timestamp() + interval '1 day')"
    assert "restriction_one_belief_a_day" in await insert(database, "daterange('2020-03-01', '2020-03-02')", told)


@pytest.mark.parametrize(
    ("valid", "recorded", "constraint"),
    [
        ("'empty'::daterange", "tstzrange('2020-03-01', NULL)", "valid_from_some_day"),
        ("daterange(NULL, '2020-03-01')", "tstzrange('2020-03-01', NULL)", "valid_from_some_day"),
        ("daterange('2021-01-01', NULL)", "'empty'::tstzrange", "recorded"),
        ("daterange('2021-01-01', NULL)", "tstzrange(NULL, NULL)", "recorded_from_a_moment"),
        ("daterange('2021-01-01', NULL)", "tstzrange('2020-01-01', '2020-02-01', '(]')", "recorded_from_a_moment"),
    ],
)
async def test_ranges_that_say_nothing(database: AsyncConnection, valid: str, recorded: str, constraint: str) -> None:
    assert constraint in await insert(database, valid, recorded)


def coded_columns() -> list[tuple[str, str]]:
    """Every column that is bound to a code list, with its table."""
    constraints = [
        (table.name, re.sub(r".*?_(\w+?)_(is_a_code|are_codes)$", r"\1", str(constraint.name)), str(constraint.name))
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    return sorted((table, name) for table, _, name in constraints if name.endswith(("is_a_code", "are_codes")))


@pytest.mark.parametrize(("table", "constraint"), coded_columns())
async def test_unknown_codes(database: AsyncConnection, table: str, constraint: str) -> None:
    """The constraint on the table, as the database has it, is false of a code that no list has."""
    definition = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    condition = (await database.execute(definition, {"name": constraint})).scalar_one().removeprefix("CHECK ")
    known = next(column for column in Base.metadata.tables[table].columns if column.name in constraint)
    columns = [column.name for column in Base.metadata.tables[table].columns if column.name in condition]
    column = max((name for name in columns if name in constraint), key=len, default=known.name)
    is_set = "are_codes" in constraint
    strange = "ARRAY['no such code']" if is_set else "'no such code'"
    others = "".join(f", NULL::text AS {name}" for name in columns if name != column)
    holds = await database.scalar(
        text(
            f"SELECT {condition} FROM (SELECT {strange}::text{'[]' * is_set} AS {column}{others}) t".replace(":", "\\:")
        )
    )
    assert holds is False


@pytest.mark.parametrize("table", HISTORIES)
async def test_history_tables_refuse_changes(database: AsyncConnection, table: str) -> None:
    await a_closed_point(database)
    for statement in (f"TRUNCATE {table} CASCADE", f"DELETE FROM {table}"):
        if "TRUNCATE" in statement or await database.scalar(text(f"SELECT count(*) FROM {table}")):
            assert "only ever added" in await refused(database, statement)


@pytest.mark.parametrize("table", ONLY_ADDED_TO)
async def test_append_only_tables_refuse_changes(database: AsyncConnection, table: str) -> None:
    await a_closed_point(database)
    assert "only ever added" in await refused(database, f"TRUNCATE {table} CASCADE")
    if await database.scalar(text(f"SELECT count(*) FROM {table}")):
        assert "only ever added" in await refused(database, f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    [
        "operational_status = 'open'",
        "valid_during = daterange('2020-03-01', '2020-06-01')",
        "recorded_during = tstzrange(lower(recorded_during) - interval '1 day', now())",
        "recorded_during = tstzrange(lower(recorded_during), clock_timestamp() + interval '1 day'), comment = 'x'",
    ],
)
async def test_rewriting_a_record(database: AsyncConnection, change: str) -> None:
    await a_closed_point(database)
    assert re.search(
        "never rewritten|cannot be changed|lower bound", await refused(database, f"UPDATE restriction SET {change}")
    )


async def test_closing_a_record_twice(database: AsyncConnection) -> None:
    point = await a_closed_point(database)
    await record_status(database, point, "open", "03-01", "04-01")
    earlier = "tstzrange(lower(recorded_during), upper(recorded_during) - interval '1 microsecond')"
    again = f"UPDATE restriction SET recorded_during = {earlier} WHERE NOT upper_inf(recorded_during)"
    assert "cannot be changed" in await refused(database, again)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("name = ''", "has_a_name"),
        ("iata = 'nan'", "iata_form"),
        ("icao = 'NFF'", "icao_form"),
        ("unlocode = 'FJ NAN'", "unlocode_form"),
        ("other_iso3 = 'SRB'", "other_country_of_a_border_point"),
        ("lifecycle = 'merged'", "merged_has_a_successor"),
        ("geometry = 'SRID=4326;POINT(181 0)'", "stands_on_the_globe"),
        ("poe_type = 'area_of_interest'", "poe_type_is_a_code"),
    ],
)
async def test_entry_of_the_register_that_cannot_be(database: AsyncConnection, change: str, constraint: str) -> None:
    await add_country(database, "SRB")
    await add_poe(database)
    column, value = change.split(" = ", 1)
    columns = [
        c.name
        for c in Base.metadata.tables["point_of_entry_version"].columns
        if c.name not in {"id", "valid_during"} and not c.computed
    ]
    values = [value if name == column else name for name in columns]
    copy = f"INSERT INTO point_of_entry_version ({', '.join(columns)}, valid_during) SELECT {', '.join(values)}, "
    await_end = "daterange('2020-01-01', NULL) FROM point_of_entry_version"
    assert constraint in await refused(database, copy + await_end)


@pytest.mark.parametrize(
    ("measure", "constraint"),
    [
        ({"indicator": "international_travel", "level": "5"}, "level_of_its_indicator"),
        ({"indicator": "air_travel", "level": "4"}, "level_of_its_indicator"),
        ({"indicator": "air_travel", "level": "total"}, "measure_codes_of_a_restriction"),
        ({"indicator": "air_travel", "level": "no_restriction", "codes": "{20}"}, "measure_codes_of_a_restriction"),
        ({"indicator": "air_travel", "level": "partial", "origin": "'FJI'"}, "origin_is_another_country"),
    ],
)
async def test_country_measure_that_cannot_be(
    database: AsyncConnection, measure: dict[str, str], constraint: str
) -> None:
    await add_poe(database)
    statement = A_MEASURE.format(**{"origin": "NULL", "codes": "{}"} | measure)
    assert constraint in await refused(database, statement)


async def test_nationality_rule_without_nationalities(database: AsyncConnection) -> None:
    await a_closed_point(database)
    columns = "restriction_id, measure, nationality_rule"
    statement = f"INSERT INTO restriction_measure ({columns}) SELECT min(id), 'other', 'only' FROM restriction"
    assert "rule_names_its_nationalities" in await refused(database, statement)


async def test_end_announced_before_the_start(database: AsyncConnection) -> None:
    point = await add_poe(database)
    statement = f"""
        INSERT INTO restriction (point_of_entry_id, operational_status, announced_end, source_id, valid_during,
                                 recorded_during)
        SELECT {point}, 'closed', '2020-02-01', min(id), {RANGES} FROM source
    """
    assert "announced_end_after_start" in await refused(database, statement)
