"""The files that an office fills in, with the current state of the points of its countries."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.forms.prefill import build_prefilled_row
from api.submissions.forms.translations import LANGUAGES
from models.codes import Labels, Language
from models.queries.office_week import select_office_week
from models.validation.point_names import select_country_names


async def build_office_template(
    connection: AsyncConnection, iso3s: Sequence[str], language: Language, today: dt.date
) -> bytes:
    """Build the spreadsheet of the week for the points of these countries, as XLSX."""
    points = (await connection.execute(select_office_week(iso3s, today))).all()
    countries = await fetch_country_names(connection)
    # A thousand points take two seconds, and the event loop has to serve other requests meanwhile.
    return await asyncio.to_thread(_build_template, points, language, today, countries)


def _build_template(
    points: Sequence[Row[*tuple[Any, ...]]], language: Language, today: dt.date, countries: dict[str, Labels]
) -> bytes:
    # The spreadsheet writer takes seven megabytes, and most processes never write a spreadsheet.
    from api.submissions.forms.xlsx_template import build_template  # noqa: PLC0415

    rows = [build_prefilled_row(point, language, today, countries.keys()) for point in points]
    return build_template(rows, language, {iso3: labels[language] for iso3, labels in countries.items()})


async def build_office_form(
    connection: AsyncConnection, iso3s: Sequence[str], language: Language, version: dt.datetime
) -> bytes:
    """Build the XLSForm with the points of these countries as choices, as XLSX."""
    from api.submissions.forms.xlsform import FormPlaces, build_xlsform  # noqa: PLC0415 - see _template

    points = (await connection.execute(select_office_week(iso3s, version.date()))).all()
    places = FormPlaces(iso3s, {point.code: point.name for point in points}, await fetch_country_names(connection))
    return await asyncio.to_thread(build_xlsform, places, language, version)


async def fetch_country_names(connection: AsyncConnection) -> dict[str, Labels]:
    """Fetch the names of all countries by alpha-3 code. A missing translation is replaced by the display name."""
    named = {}
    for iso3, _, name, name_fr, name_es, name_ar, display_name in await connection.execute(select_country_names()):
        printed = display_name or name
        given = (printed, name_fr or printed, name_es or printed, name_ar or printed)
        named[iso3] = dict(zip(LANGUAGES, given, strict=True))
    return dict(sorted(named.items()))
