"""JSON that is put together as text is what PostgreSQL itself writes."""

import json
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, Float, Integer, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.sql_json import CodeText, build_json_members, concatenate_text

KINDS = {
    "code": (CodeText, ["'open'", "'A-1_b'", "NULL"]),
    "codes": (ARRAY(CodeText), ["'{open,closed}'::text[]", "'{one}'::text[]", "'{}'::text[]", "NULL::text[]"]),
    "name": (Text, ["E'a \"b\" \\\\ c \\n d\\u0001é'", "''", "NULL"]),
    "names": (ARRAY(Text), ["ARRAY['a\"b', 'c,d']", "'{}'::text[]", "NULL::text[]"]),
    "day": (Date, ["DATE '2020-04-15'", "DATE '0044-03-15'", "'infinity'::date", "'-infinity'::date", "NULL::date"]),
    "is_poe": (Boolean, ["true", "false", "NULL::boolean"]),
    "level": (Integer, ["0", "-4", "NULL::integer"]),
    "share": (Float, ["0.1::float8", "1e300::float8", "'NaN'::float8", "NULL::float8"]),
    "details": (JSONB, ["""'{"a": [1, null]}'::jsonb""", "NULL::jsonb"]),
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (_, values) in KINDS.items() for value in values])
async def test_value_is_written_as_postgresql_writes_it(database: AsyncConnection, kind: str, value: str) -> None:
    of_kind: Any = KINDS[kind][0]
    row = select(literal_column(value, of_kind).label(kind)).subquery("row")
    ours = concatenate_text("{", *build_json_members([row.c[kind]]), "}")
    theirs = cast(func.row_to_json(row.table_valued()), Text)
    text, expected = (await database.execute(select(ours, theirs).select_from(row))).one()
    assert text == expected


async def test_members_follow_others_behind_a_comma(database: AsyncConnection) -> None:
    written = concatenate_text('{"a":1', *build_json_members([literal_column("2").label("b")], follows=True), "}")
    assert json.loads(await database.scalar(select(written)) or "") == {"a": 1, "b": 2}


async def test_null_member_is_omitted(database: AsyncConnection) -> None:
    nothing = literal_column("NULL", Text)
    parts = (nothing, "a", "b", nothing, func.coalesce(nothing, nothing), func.coalesce(nothing, "c"), nothing)
    assert await database.scalar(select(concatenate_text(*parts))) == "abc"


async def test_object_can_have_many_members(database: AsyncConnection) -> None:
    columns = [literal_column(str(number), Integer).label(f"n{number}") for number in range(300)]
    text = await database.scalar(select(concatenate_text("{", *build_json_members(columns), "}")))
    assert json.loads(text or "") == {each.name: int(str(each.element)) for each in columns}


async def test_name_is_escaped(database: AsyncConnection) -> None:
    named = literal_column("1", Integer).label('a"b')
    assert await database.scalar(select(concatenate_text(*build_json_members([named])))) == '"a\\"b":1'
