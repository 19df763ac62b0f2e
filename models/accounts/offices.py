"""Offices with their countries and regions: statements, creation and changes, each with its audit entry."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts.audit_trail import record_audit
from models.queries.filters import select_unknown_countries, select_unknown_regions
from models.tables.bitemporal import Days, overlaps
from models.tables.country import RegionMember
from models.tables.office import Office, OfficeCountry, OfficeRegion


class OfficeExists(ValueError):
    """Error that another office has the code; the message names it."""


class UnknownPlaces(ValueError):
    """Error of countries or regions that do not exist; `errors` has the field, the value and the reason of each."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error['field']}: {error['reason']}" for error in errors))


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """Office as listed: its countries and regions by code, in order."""

    code: str
    name: str
    language: str
    needs_review: bool
    countries: list[str]
    regions: list[str]


def select_offices(code: str | None = None) -> Select[str, str, str, bool, list[str], list[str]]:
    """Select the values of `OfficeEntry` for all offices by code, or for one."""
    countries = build_code_array(select_writable_countries(Office.id).order_by(OfficeCountry.iso3))
    region = select(OfficeRegion.region_code).where(OfficeRegion.office_id == Office.id)
    regions = build_code_array(region.order_by(OfficeRegion.region_code))
    columns = (Office.code, Office.name, Office.language, Office.needs_review)
    statement = select(*columns, countries.label("countries"), regions.label("regions")).order_by(Office.code)
    return statement if code is None else statement.where(Office.code == code)


def build_code_array(codes: Select[str]) -> ColumnElement[list[str]]:
    """Build one array of the statement's rows; it may refer to an office or key of the enclosing statement."""
    return func.array(codes.scalar_subquery(), type_=ARRAY(Text))


def select_office_id(code: str) -> Select[int]:
    """Select the number of an office."""
    return select(Office.id).where(Office.code == code)


def select_writable_countries(office_id: Any) -> Select[str]:  # noqa: ANN401 - a number or a column
    """Select the countries that the office may write for."""
    return select(OfficeCountry.iso3).where(OfficeCountry.office_id == office_id)


def select_reviewed_countries(office_id: Any, day: Any) -> Select[str]:  # noqa: ANN401 - values, columns or parameters
    """Select the countries for which the office decides: the members of its regions on the day."""
    return (
        select(RegionMember.iso3)
        .distinct()
        .join(OfficeRegion, OfficeRegion.region_code == RegionMember.region_code)
        .where(OfficeRegion.office_id == office_id, overlaps(RegionMember.valid_during, Days.on(day)))
    )


async def fetch_office(connection: AsyncConnection, code: str) -> OfficeEntry | None:
    row = (await connection.execute(select_offices(code))).one_or_none()
    return OfficeEntry(*row) if row else None


async def add_office(connection: AsyncConnection, entry: OfficeEntry, *, by: int | None, at: dt.datetime) -> None:
    """Create an office, or raise OfficeExists or UnknownPlaces.

    `by` is the number of the key that makes the request.
    """
    await _refuse_unknown(connection, entry)
    values = {"code": entry.code, "name": entry.name, "language": entry.language, "needs_review": entry.needs_review}
    statement = insert_or(Office).values(**values).on_conflict_do_nothing().returning(Office.id)
    number = await connection.scalar(statement)
    if number is None:
        raise OfficeExists(f"office {entry.code!r} already exists")
    await _put_places(connection, number, entry)
    await _record(connection, "office.add", entry.code, asdict(entry), by=by, at=at)


async def change_office(
    connection: AsyncConnection, code: str, changes: Mapping[str, Any], *, by: int | None, at: dt.datetime
) -> OfficeEntry | None:
    """Change some attributes of `OfficeEntry` and return the changed office; None if the office does not exist.

    A change to equal values leaves no audit entry. Raise UnknownPlaces if a country or region does not exist.
    """
    number = await connection.scalar(select_office_id(code).with_for_update())
    before = await fetch_office(connection, code)
    if number is None or before is None:
        return None
    after = replace(before, **changes)
    await _refuse_unknown(connection, after)
    if after != before:
        plain = {"name": after.name, "language": after.language, "needs_review": after.needs_review}
        await connection.execute(update(Office).where(Office.id == number).values(**plain))
        await _put_places(connection, number, after)
        await _record(connection, "office.change", code, _compute_difference(before, after), by=by, at=at)
    return after


async def _refuse_unknown(connection: AsyncConnection, entry: OfficeEntry) -> None:
    errors = []
    for field, kind, codes, unknown in (
        ("countries", "country", entry.countries, select_unknown_countries),
        ("regions", "region", entry.regions, select_unknown_regions),
    ):
        unknown_codes = (await connection.scalars(unknown(tuple(codes)))).all()
        errors += [
            {"field": field, "value": value, "reason": f"{value!r} is not the code of a {kind}"}
            for value in sorted(unknown_codes)
        ]
    if errors:
        raise UnknownPlaces(errors)


async def _put_places(connection: AsyncConnection, number: int, entry: OfficeEntry) -> None:
    for table, column, codes in (
        (OfficeCountry, "iso3", entry.countries),
        (OfficeRegion, "region_code", entry.regions),
    ):
        await connection.execute(delete(table).where(table.office_id == number))
        if codes:
            await connection.execute(insert(table), _build_rows(number, column, codes))


def _build_rows(number: int, column: str, codes: Sequence[str]) -> list[dict[str, Any]]:
    return [{"office_id": number, column: code} for code in codes]


def _compute_difference(before: OfficeEntry, after: OfficeEntry) -> dict[str, Any]:
    old, new = asdict(before), asdict(after)
    return {name: {"before": old[name], "after": new[name]} for name in new if old[name] != new[name]}


async def _record(
    connection: AsyncConnection, action: str, code: str, detail: dict[str, Any], *, by: int | None, at: dt.datetime
) -> None:
    await record_audit(connection, at=at, api_key_id=by, action=action, subject=f"office {code}", detail=detail)
