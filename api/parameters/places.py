"""Checks that the countries and regions of a request exist."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from api.parameters.country_hints import format_country_hint
from api.parameters.errors import BadParameters
from models.queries.filters import select_unknown_countries, select_unknown_regions


class UnknownPlace(NamedTuple):
    """A code that is not a code of its kind, `country` or `region`."""

    kind: str
    code: str
    reason: str


async def find_unknown_places(
    connection: AsyncConnection, countries: Sequence[str], regions: Sequence[str]
) -> list[UnknownPlace]:
    """Find the codes that no country or region has."""
    unknown = []
    for kind, values, statement in (
        ("country", countries, select_unknown_countries),
        ("region", regions, select_unknown_regions),
    ):
        codes = sorted((await connection.scalars(statement(tuple(values)))).all()) if values else []
        unknown += [_build_unknown_place(kind, code) for code in codes]
    return unknown


async def refuse_unknown_places(connection: AsyncConnection, countries: Sequence[str], regions: Sequence[str]) -> None:
    """Refuse countries and regions that do not exist: they are errors, not empty responses. Raises BadParameters."""
    _refuse_places(await find_unknown_places(connection, countries, regions))


def refuse_unknown_codes(countries: Sequence[str] | None, regions: Sequence[str] | None) -> None:
    """Refuse the unknown codes that the statement of a response already found. Raises BadParameters."""
    _refuse_places(
        [
            _build_unknown_place(kind, code)
            for kind, codes in (("country", countries), ("region", regions))
            for code in codes or ()
        ]
    )


def _build_unknown_place(kind: str, code: str) -> UnknownPlace:
    hint = format_country_hint(code) if kind == "country" else ""
    return UnknownPlace(kind, code, f"{code!r} is not the code of a {kind}{hint}")


def _refuse_places(unknown: Sequence[UnknownPlace]) -> None:
    if unknown:
        raise BadParameters([{"parameter": kind, "value": code, "reason": reason} for kind, code, reason in unknown])


async def refuse_unknown_countries(connection: AsyncConnection, parameters: Mapping[str, str | None]) -> None:
    """Refuse unknown countries in parameters of one country each. Raises BadParameters with each parameter's name."""
    codes = {code for code in parameters.values() if code}
    unknown = {place.code: place.reason for place in await find_unknown_places(connection, sorted(codes), ())}
    errors = [
        {"parameter": name, "value": code, "reason": unknown[code]}
        for name, code in parameters.items()
        if code and code in unknown
    ]
    if errors:
        raise BadParameters(errors)
