"""Checks that the countries and regions of a request exist."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from api.bad_parameters import BadParameters
from api.country_hints import country_hint
from models.question import unknown_countries, unknown_regions


class UnknownPlace(NamedTuple):
    """A code that is not a code of its kind, `country` or `region`."""

    kind: str
    code: str
    reason: str


async def unknown_places(
    connection: AsyncConnection, countries: Sequence[str], regions: Sequence[str]
) -> list[UnknownPlace]:
    """Find the codes that no country or region has."""
    unknown = []
    for kind, values, statement in (("country", countries, unknown_countries), ("region", regions, unknown_regions)):
        codes = sorted((await connection.scalars(statement(tuple(values)))).all()) if values else []
        unknown += [_unknown(kind, code) for code in codes]
    return unknown


async def refuse_unknown_places(connection: AsyncConnection, countries: Sequence[str], regions: Sequence[str]) -> None:
    """Refuse countries and regions that do not exist: they are errors, not empty responses. Raises BadParameters."""
    _refuse(await unknown_places(connection, countries, regions))


def refuse_unknown(countries: Sequence[str] | None, regions: Sequence[str] | None) -> None:
    """Refuse the unknown codes that the statement of a response already found. Raises BadParameters."""
    _refuse(
        [_unknown(kind, code) for kind, codes in (("country", countries), ("region", regions)) for code in codes or ()]
    )


def _unknown(kind: str, code: str) -> UnknownPlace:
    hint = country_hint(code) if kind == "country" else ""
    return UnknownPlace(kind, code, f"{code!r} is not the code of a {kind}{hint}")


def _refuse(unknown: Sequence[UnknownPlace]) -> None:
    if unknown:
        raise BadParameters([{"parameter": kind, "value": code, "reason": reason} for kind, code, reason in unknown])


async def refuse_unknown_countries(connection: AsyncConnection, parameters: Mapping[str, str | None]) -> None:
    """Refuse unknown countries in parameters of one country each. Raises BadParameters with each parameter's name."""
    codes = {code for code in parameters.values() if code}
    unknown = {place.code: place.reason for place in await unknown_places(connection, sorted(codes), ())}
    errors = [
        {"parameter": name, "value": code, "reason": unknown[code]}
        for name, code in parameters.items()
        if code and code in unknown
    ]
    if errors:
        raise BadParameters(errors)
