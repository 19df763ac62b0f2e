"""The files that an office fills in, with the current state of the points of its countries."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.forms.prefilled import prefilled
from api.forms.words import LANGUAGES
from models.codes import Labels, Language
from models.last_week import last_week
from models.names import country_names


async def office_template(
    connection: AsyncConnection, iso3s: Sequence[str], language: Language, today: dt.date
) -> bytes:
    """Build the spreadsheet of the week for the points of these countries, as XLSX."""
    points = (await connection.execute(last_week(iso3s, today))).all()
    countries = await names_of_countries(connection)
    # A thousand points take two seconds, and the event loop has to serve other requests meanwhile.
    return await asyncio.to_thread(_template, points, language, today, countries)


def _template(
    points: Sequence[Row[*tuple[Any, ...]]], language: Language, today: dt.date, countries: dict[str, Labels]
) -> bytes:
    # The spreadsheet writer takes seven megabytes, and most processes never write a spreadsheet.
    from api.forms.template import template  # noqa: PLC0415

    rows = [prefilled(point, language, today, countries.keys()) for point in points]
    return template(rows, language, {iso3: labels[language] for iso3, labels in countries.items()})


async def office_form(
    connection: AsyncConnection, iso3s: Sequence[str], language: Language, version: dt.datetime
) -> bytes:
    """Build the XLSForm with the points of these countries as choices, as XLSX."""
    from api.forms.xlsform import FormPlaces, xlsform  # noqa: PLC0415 - see _template

    points = (await connection.execute(last_week(iso3s, version.date()))).all()
    places = FormPlaces(iso3s, {point.code: point.name for point in points}, await names_of_countries(connection))
    return await asyncio.to_thread(xlsform, places, language, version)


async def names_of_countries(connection: AsyncConnection) -> dict[str, Labels]:
    """Fetch the names of all countries by alpha-3 code. A missing translation is replaced by the display name."""
    named = {}
    for iso3, _, name, name_fr, name_es, name_ar, display_name in await connection.execute(country_names()):
        printed = display_name or name
        given = (printed, name_fr or printed, name_es or printed, name_ar or printed)
        named[iso3] = dict(zip(LANGUAGES, given, strict=True))
    return dict(sorted(named.items()))
