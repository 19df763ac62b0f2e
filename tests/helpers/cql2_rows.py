"""Rows to filter: crossings with all kinds of property, with gaps, and with names that are hard to write."""

import datetime as dt
from dataclasses import astuple, dataclass, fields
from typing import Any

import shapely
from sqlalchemy import Select, column, insert, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cql2.queryables import Queryable, ValueKind
from api.cql2.sql_expression import Expression


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Row:
    """A crossing. `valid_to` is the first day on which it no longer held."""

    id: int
    name: str | None
    local: str | None = None
    level: int | None = None
    share: float | None = None
    active: bool | None = None
    opened: dt.date | None = None
    seen: dt.datetime | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    known_from: dt.datetime | None = None
    known_to: dt.datetime | None = None
    measures: list[str] | None = None
    point: str | None = None
    area: str | None = None

    @property
    def place(self) -> Any:
        return shapely.from_wkt(self.point)

    @property
    def ground(self) -> Any:
        return shapely.from_wkt(self.area)

    @property
    def last_day(self) -> dt.date:
        return self.valid_to - dt.timedelta(days=1) if self.valid_to else dt.date.max


ROWS = [
    Row(
        *(1, "Nadi", "Nadi", 3, 0.5, True, day("1947-01-01"), moment("2020-03-31T12:00:00")),
        *(day("2020-03-01"), day("2020-07-01"), moment("2020-03-02T08:00:00"), moment("2020-05-01T00:00:00")),
        *(["visa", "quarantine"], "POINT (177.4 -17.8)", "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
    ),
    Row(
        *(2, "Apia", "'Āpia", 0, 0.0, False, day("1942-01-01"), moment("2020-03-31T23:59:59.500")),
        *(day("2020-03-01"), None, moment("2020-03-02T08:00:00"), None),
        *(["visa"], "POINT (-171.8 -13.8)", "POLYGON ((4 0, 8 0, 8 4, 4 4, 4 0))"),
    ),
    Row(
        *(3, "København", "København", 5, 99.5, True, day("1925-04-20"), moment("2020-04-01T00:00:00")),
        *(day("2020-07-01"), day("2020-07-02"), moment("2020-07-01T00:00:00"), moment("2020-07-01T06:00:00")),
        *([], "POINT (12.6 55.6)", "POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))"),
    ),
    Row(
        *(
            4,
            "A\N{LATIN SMALL LETTER G WITH BREVE}r\N{LATIN SMALL LETTER DOTLESS I}",
            "AĞRI",
            -2,
            -1.25,
            None,
            day("2000-02-29"),
            moment("1999-12-31T23:59:59.999999"),
        ),
        *(day("2019-01-01"), day("2021-01-01"), moment("2019-01-01T00:00:00"), None),
        *(["medical", "visa", "other"], "POINT (43.0 39.7)", "POLYGON ((2 2, 6 2, 6 6, 2 6, 2 2))"),
    ),
    Row(
        *(5, "رفح", "رَفَح", 2, 1e10, False, day("1982-04-25"), moment("2023-11-01T09:30:00")),
        *(day("2023-11-01"), None, None, None),
        *(["nationality"], "POINT (34.24 31.28)", None),
    ),
    Row(6, None, "nobody knows its name"),
    Row(
        *(7, "O'Hare 50%_\\", "o'hare", 7, 3.0, True, day("1944-02-01"), moment("2020-03-31T00:00:00")),
        *(None, None, None, None, None, "POINT (0 0)", "POLYGON ((10 10, 11 10, 11 11, 10 11, 10 10))"),
    ),
    Row(
        *(8, "Straße", "STRASSE", 1, 0.1, False, day("2020-04-01"), moment("2020-03-30T12:00:00")),
        *(day("2020-04-01"), day("2020-04-02"), moment("2020-04-01T00:00:00"), moment("2020-04-02T00:00:00")),
        *(["quarantine", "visa"], "POINT (180 0)", "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"),
    ),
    Row(
        *(9, "ΟΔΟΣ", "Οδος", 4, 2.5, True, day("1896-04-06"), moment("2020-02-29T23:00:00")),
        *(day("2020-06-30"), None, moment("2020-06-30T00:00:00"), None),
        *(["other"], "POINT (4 4)", "POLYGON ((0 4, 4 4, 4 8, 0 8, 0 4))"),
    ),
    Row(10, "x' OR 1=1 --", "robert'); DROP TABLE crossing;--", 10, -0.1, active=True),
    Row(11, "Nadi", "NADI", 3, 3.0, active=False, opened=day("1947-01-01"), measures=["quarantine", "visa", "visa"]),
]
CROSSING = table("crossing", *(column(field.name) for field in fields(Row)), column("geometry"), column("polygon"))
KINDS = {
    "id": ValueKind.INTEGER,
    "name": ValueKind.STRING,
    "local": ValueKind.STRING,
    "level": ValueKind.INTEGER,
    "share": ValueKind.NUMBER,
    "active": ValueKind.BOOLEAN,
    "opened": ValueKind.DATE,
    "seen": ValueKind.TIMESTAMP,
    "valid_from": ValueKind.DATE,
    "valid_to": ValueKind.DATE,
    "known_from": ValueKind.TIMESTAMP,
    "known_to": ValueKind.TIMESTAMP,
    "measures": ValueKind.STRINGS,
    "geometry": ValueKind.GEOMETRY,
    "polygon": ValueKind.GEOMETRY,
}
QUERYABLES = {
    name: Queryable(CROSSING.c[name], kind, is_day_after=name.endswith("_to")) for name, kind in KINDS.items()
}
# Names that are hard to write.
QUERYABLES |= dict.fromkeys(("date", "Order by", 'a"b', "poe:level", "رقم", "and"), QUERYABLES["level"])


TABLE = """
CREATE TEMP TABLE crossing (
    id int PRIMARY KEY, name text, local text, level int, share float8, active bool, opened date, seen timestamptz,
    valid_from date, valid_to date, known_from timestamptz, known_to timestamptz, measures text[],
    point text, area text, geometry geometry(Point, 4326), polygon geometry(Polygon, 4326)
) ON COMMIT DROP;
CREATE INDEX crossing_geometry_idx ON crossing USING gist (geometry);
CREATE INDEX crossing_name_idx ON crossing (name);
CREATE INDEX crossing_opened_idx ON crossing (opened)
"""


async def insert_rows(database: AsyncConnection) -> AsyncConnection:
    """The rows in a table that lasts as long as the transaction, with indexes."""
    for statement in TABLE.split(";"):
        await database.execute(text(statement))
    names = [field.name for field in fields(Row)]
    await database.execute(insert(CROSSING), [dict(zip(names, astuple(row), strict=True)) for row in ROWS])
    shapes = "geometry = ST_GeomFromText(point, 4326), polygon = ST_GeomFromText(area, 4326)"
    await database.execute(text(f"UPDATE crossing SET {shapes}"))
    return database


def build_id_query(condition: Expression) -> Select[int]:
    """Statement giving the ids of the rows that meet the condition, its values bound."""
    names = [f"value_{number}" for number in range(len(condition.values))]
    statement = select(CROSSING.c.id).where(condition.build(iter(names)))
    return statement.params(dict(zip(names, condition.values, strict=True)))


async def select_ids(database: AsyncConnection, condition: Expression) -> list[int]:
    found = await database.execute(build_id_query(condition).order_by(CROSSING.c.id))
    return list(found.scalars())
