"""`crossings xlsform`: write the form of some countries to a file."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api.database.engine import build_engine, check_database
from api.parameters.errors import BadParameters
from api.parameters.places import refuse_unknown_places
from api.server.lifecycle import open_database
from api.submissions.forms.files import build_office_form
from api.submissions.forms.translations import UnknownLanguage, parse_language
from models.codes import Language

Countries = Annotated[list[str], typer.Option("--country", help="ISO 3166-1 alpha-3; may be repeated.")]
FirstLanguage = Annotated[str, typer.Option(help="Default language of the form: en, fr, es or ar.")]
Output = Annotated[Path | None, typer.Option(help="Output file; default: crossings-SRB-form.xlsx.")]


def write_xlsform(country: Countries, language: FirstLanguage = "en", output: Output = None) -> None:
    """Write the XLSForm for KoboToolbox and ODK with the points of the countries as choices."""
    iso3s = sorted({iso3.upper() for iso3 in country})
    file = output or Path(f"crossings-{'-'.join(iso3s)}-form.xlsx")
    try:
        with open_database() as address:
            file.write_bytes(asyncio.run(_build_form(address, iso3s, parse_language(language))))
    except (BadParameters, UnknownLanguage) as error:
        raise SystemExit(f"crossings: {error}") from None
    except OSError as error:
        raise SystemExit(f"crossings: cannot write {file}: {error.strerror}") from None
    typer.echo(file)


async def _build_form(address: str, iso3s: list[str], language: Language) -> bytes:
    engine = build_engine(address)
    try:
        await check_database(engine)
        async with engine.connect() as connection:
            await refuse_unknown_places(connection, iso3s, ())
            return await build_office_form(connection, iso3s, language, dt.datetime.now(dt.UTC))
    finally:
        await engine.dispose()
