"""A line of CSV that the database writes holds what was put into it."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Numeric, Text, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from api.spreadsheets.csv_writer import escape_formula
from geo.sql_csv import build_csv_line
from geo.sql_json import CodeText

MOMENT = dt.datetime(2020, 3, 1, 12, 30, 0, 250_000, tzinfo=dt.UTC)
PLAIN = ["a", "", " a ", "Côte d'Ivoire", "ميناء", "a - b", "0123", "null", "\\N", "\\."]
NEEDING_QUOTES = ["a,b", 'say "no"', '"', ",", "two\nlines", "two\r\nlines", "old\rlines", '",\n"']
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "'=1",
    "''-1",
]
OF_KINDS = [
    (CodeText, "closed", "closed"),
    (ARRAY(CodeText), ["one"], "one"),
    (ARRAY(CodeText), ["one", "two"], "one,two"),
    (ARRAY(CodeText), [], ""),
    (ARRAY(Text), ['a "b"', "=1"], 'a "b",=1'),
    (ARRAY(Text), ["=1", "b"], "'=1,b"),
    (Date, dt.date(2020, 4, 15), "2020-04-15"),
    (DateTime(timezone=True), MOMENT, "2020-03-01T12:30:00.25+00:00"),
    (Boolean, True, "true"),
    (Boolean, False, "false"),
    (Integer, -4, "-4"),
    (Float, -17.5, "-17.5"),
    (Numeric, -17.5, "-17.5"),
]


async def _line(database: AsyncConnection, *columns: tuple[Any, Any]) -> str:
    values = [literal(value, kind) for kind, value in columns]
    line: str = (await database.execute(select(build_csv_line(values)))).scalar_one()
    return line


def _read(line: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(line, newline=""), strict=True))


@pytest.mark.parametrize("text", [*PLAIN, *NEEDING_QUOTES])
async def test_text_is_read_as_it_was(database: AsyncConnection, text: str) -> None:
    line = await _line(database, (Text, "before"), (Text, text), (Text, "behind"))
    assert line.endswith(",behind\r\n")
    assert _read(line) == [["before", text, "behind"]]


@pytest.mark.parametrize("text", [*PLAIN, *NEEDING_QUOTES])
async def test_quotes_stand_where_python_puts_them(database: AsyncConnection, text: str) -> None:
    assert ('"' in await _line(database, (Integer, 1), (Text, text))) == any(sign in text for sign in '",\r\n')


@pytest.mark.parametrize("text", [*FORMULAS, *(f"{formula},b" for formula in FORMULAS)])
async def test_formula_has_an_apostrophe_in_front(database: AsyncConnection, text: str) -> None:
    assert escape_formula(text) == f"'{text}"
    assert _read(await _line(database, (Text, text), (Integer, 1))) == [[escape_formula(text), "1"]]


@pytest.mark.parametrize(("kind", "value", "expected"), OF_KINDS)
async def test_each_kind_is_written_as_files_have_it(
    database: AsyncConnection, kind: Any, value: object, expected: str
) -> None:
    assert _read(await _line(database, (Integer, 1), (kind, value))) == [["1", expected]]


@pytest.mark.parametrize("kind", [kind for kind, *_ in OF_KINDS] + [Text])
async def test_null_is_empty_and_takes_nothing_with_it(database: AsyncConnection, kind: Any) -> None:
    assert await _line(database, (Integer, 1), (kind, None), (Integer, 2)) == "1,,2\r\n"


@pytest.mark.parametrize("value", [None, ""])
async def test_line_of_one_empty_value_is_no_empty_line(database: AsyncConnection, value: str | None) -> None:
    assert await _line(database, (Text, value)) == '""\r\n'
