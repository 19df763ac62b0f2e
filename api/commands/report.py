"""`crossings report`: a report as a file, a set for every region and country, or a frozen edition; and its errata."""

import asyncio
import datetime as dt
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.as_of import resolve_as_of
from api.database.engine import build_engine, check_database
from api.exceptions import UserError
from api.parameters.errors import BadParameters
from api.reports.document import ReportDocument, fetch_map_data, render_report_json, write_report_file
from api.reports.editions import add_erratum, fetch_edition, freeze_edition
from api.reports.figures import compute_figures
from api.reports.output.registry import REPORT_FORMATS, ReportFormat, ReportFormatName
from api.reports.parameters import Area, Language, Level, ReportParameters
from api.reports.routes import refuse_unknown_area
from api.reports.titles import build_titles
from api.reports.translations import load_translations
from api.responses.html import render_template
from api.server.lifecycle import open_database
from api.settings import get_settings
from api.values.datetimes import get_today
from models.queries.regions import select_regions
from models.report.places import select_countries_with_points
from models.tables.bitemporal import Days

console = Console(stderr=True)
OnOption = Annotated[
    str | None,
    typer.Option("--on", help="Day of the report; default: the last day of the last complete reporting week."),
]
CompareOption = Annotated[str | None, typer.Option("--compare", help="Day to compare with; default: a week earlier.")]
LevelOption = Annotated[Level, typer.Option("--level", help="Report on the world, a region or a country.")]
AreaOption = Annotated[str | None, typer.Option("--area", help="Code of the region or country.")]
KnownAtOption = Annotated[str | None, typer.Option("--as-known-at", help="Report the data as of this moment.")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of the report.")]
FormatOption = Annotated[ReportFormatName, typer.Option("--format", help="Format of the report.")]
DirectoryOption = Annotated[Path, typer.Option("--out", file_okay=False, help="Output directory.")]
AllOption = Annotated[
    bool, typer.Option("--all", help="Write reports on the world and every region and country, with an index page.")
]
EditionOption = Annotated[bool, typer.Option("--edition", help="Freeze and write the next edition of the area.")]
EditionNumberOption = Annotated[int, typer.Option("--edition", min=1, help="Number of the edition.")]
ErratumArgument = Annotated[str, typer.Argument(help="Errors in the corrected edition.")]
CURRENT_DIRECTORY = Path()


def report(
    on: OnOption = None,
    compare: CompareOption = None,
    level: LevelOption = "global",
    area: AreaOption = None,
    as_known_at: KnownAtOption = None,
    lang: LanguageOption = "en",
    format_name: FormatOption = "html",
    out: DirectoryOption = CURRENT_DIRECTORY,
    every: AllOption = False,
    edition: EditionOption = False,
) -> None:
    """Write a report on points of entry, the same as /reports/points-of-entry returns."""
    parameters = _parse_options(on=on, compare=compare, level=level, area=area, as_known_at=as_known_at, lang=lang)
    if edition and (every or compare or as_known_at):
        raise typer.BadParameter(
            "an edition has one area, the current data, and a comparison with the previous edition"
        )
    if every and area:
        raise typer.BadParameter("--all creates the reports of all areas")
    out.mkdir(parents=True, exist_ok=True)
    format_ = REPORT_FORMATS[format_name]
    if edition:
        number = _run_in_database(lambda connection: _freeze_edition(connection, parameters), writes=True)
        console.print(f"edition {number} of {parameters.area or 'the world'} is frozen", highlight=False)
        made = parameters.model_copy(update={"edition": number, "on": None})
        _run_in_database(lambda connection: _write_report(connection, made, format_, out))
    else:
        write = _write_all_reports if every else _write_report
        _run_in_database(lambda connection: write(connection, parameters, format_, out))


def erratum(
    says: ErratumArgument, edition: EditionNumberOption, level: LevelOption = "global", area: AreaOption = None
) -> None:
    """Add an erratum to an edition; the edition stays as published."""
    place = _parse_options(level=level, area=area).place()
    _run_in_database(lambda connection: add_erratum(connection, place, edition, says), writes=True)


def _parse_options(**options: Any) -> ReportParameters:  # noqa: ANN401 - options of the command line
    """Parse and check the options like the parameters of an address, or raise typer.BadParameter."""
    try:
        parameters = ReportParameters(**options)
        parameters.place()
        parameters.days(get_today())
    except (BadParameters, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    return parameters


def _run_in_database(work: Callable[[AsyncConnection], Awaitable[Any]], *, writes: bool = False) -> Any:  # noqa: ANN401
    async def run_work(address: str) -> Any:  # noqa: ANN401
        engine = build_engine(address)
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            await check_database(engine)
            async with (engine if writes else reading).begin() as connection:
                return await work(connection)
        except BadParameters as error:
            raise UserError(str(error)) from None
        finally:
            await engine.dispose()

    with open_database() as address:
        return asyncio.run(run_work(address))


async def _freeze_edition(connection: AsyncConnection, parameters: ReportParameters) -> int:
    place = parameters.place()
    await refuse_unknown_area(connection, place)
    return await freeze_edition(connection, place, parameters.days(get_today()).on)


async def _write_report(
    connection: AsyncConnection, parameters: ReportParameters, format_: ReportFormat, out: Path
) -> tuple[ReportDocument, Path]:
    place = parameters.place()
    await refuse_unknown_area(connection, place)
    root = get_settings().crossings_public_url or f"http://{get_settings().host}:{get_settings().port}"
    if parameters.edition is not None:
        made = await fetch_edition(connection, place, parameters.edition, parameters.lang, root.rstrip("/"))
    else:
        knowledge = await resolve_as_of(connection, parameters.as_known_at)
        figures = await compute_figures(connection, place, parameters.days(get_today()), knowledge)
        made = ReportDocument(place, figures, parameters.lang, root.rstrip("/"))
    path = out / f"{made.name}.{format_.name}"
    if format_.load is None:
        path.write_bytes(render_report_json(made))
    else:
        written = await write_report_file(made, format_, await fetch_map_data(connection, made, format_))
        shutil.move(written, path)
        shutil.rmtree(written.parent)
    console.print(str(path), highlight=False, markup=False, soft_wrap=True)
    return made, path


async def _write_all_reports(
    connection: AsyncConnection, parameters: ReportParameters, format_: ReportFormat, out: Path
) -> None:
    """Write a report of each area at one moment, and a page that lists them."""
    moment = (await resolve_as_of(connection, parameters.as_known_at)).moment
    written = [
        await _write_report(
            connection,
            parameters.model_copy(update={"level": area.level, "area": area.code, "as_known_at": moment}),
            format_,
            out,
        )
        for area in await _list_areas(connection, parameters.days(get_today()).on)
    ]
    listed = [(build_titles(made.report), path.name) for made, path in written]
    told = listed[0][0].days
    example = next((title.example for title, _ in listed if title.example), "")
    names = [(title.area, name) for title, name in listed]
    page = render_template(
        "reports/report_index.html", words=load_translations(parameters.lang), told=told, listed=names, example=example
    )
    (out / "index.html").write_text(page, encoding="utf-8")


async def _list_areas(connection: AsyncConnection, on: dt.date) -> list[Area]:
    """Return the world, the regions of IOM, and the countries that have a point."""
    regions = [row for row in await connection.execute(select_regions(Days.on(on))) if row.kind == "iom"]
    with_points = await connection.execute(select_countries_with_points(on))
    return [
        Area("global", None),
        *(Area("region", row.code) for row in regions),
        *(Area("country", row.code) for row in with_points),
    ]
