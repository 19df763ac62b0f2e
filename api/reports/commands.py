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

from api.bad_parameters import BadParameters
from api.database import check_database, engine_for
from api.knowledge import knowledge_at
from api.mendable import Mendable
from api.pages import render
from api.reports.asked import Area, Form, Language, Level, ReportParameters
from api.reports.editions import add_erratum, found_edition, freeze_edition
from api.reports.gathered import gathered
from api.reports.made import Made, as_file, as_json, ground_of
from api.reports.routes import refuse_unknown_area
from api.reports.titles import titles
from api.reports.words import words_of
from api.serve import database_address
from api.settings import settings
from api.time_parameters import today
from models.regions import regions_on
from models.report.places import countries_with_points
from models.time_axes import Days

console = Console(stderr=True)
On = Annotated[str | None, typer.Option("--on", help="The day reported; the last of the last whole reporting week.")]
Compare = Annotated[str | None, typer.Option("--compare", help="The day compared with; a week before.")]
AskedLevel = Annotated[Level, typer.Option("--level", help="Of the world, of a region or of a country.")]
AskedArea = Annotated[str | None, typer.Option("--area", help="Code of the region or country.")]
Known = Annotated[str | None, typer.Option("--as-known-at", help="Report what was known at this moment.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the report.")]
AskedForm = Annotated[Form, typer.Option("--format", help="Form of the report.")]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="Directory to write into.")]
All = Annotated[bool, typer.Option("--all", help="The world, every region and country, with an index page.")]
Edition = Annotated[bool, typer.Option("--edition", help="Freeze the next edition of the area, and write it.")]
Number = Annotated[int, typer.Option("--edition", min=1, help="Number of the edition.")]
Says = Annotated[str, typer.Argument(help="What is wrong with the edition.")]
HERE = Path()


def report(
    on: On = None,
    compare: Compare = None,
    level: AskedLevel = "global",
    area: AskedArea = None,
    as_known_at: Known = None,
    lang: Lang = "en",
    form: AskedForm = "html",
    out: Out = HERE,
    every: All = False,
    edition: Edition = False,
) -> None:
    """Write a report on points of entry, the same as /reports/points-of-entry gives."""
    parameters = _asked(on=on, compare=compare, level=level, area=area, as_known_at=as_known_at, lang=lang)
    if edition and (every or compare or as_known_at):
        raise typer.BadParameter("an edition is of one area, as known now, and compared with the edition before")
    if every and area:
        raise typer.BadParameter("--all makes the reports of all areas")
    out.mkdir(parents=True, exist_ok=True)
    if edition:
        number = _in_database(lambda connection: _frozen(connection, parameters), writes=True)
        console.print(f"edition {number} of {parameters.area or 'the world'} is frozen", highlight=False)
        made = parameters.model_copy(update={"edition": number, "on": None})
        _in_database(lambda connection: _write(connection, made, form, out))
    else:
        write = _write_all if every else _write
        _in_database(lambda connection: write(connection, parameters, form, out))


def erratum(says: Says, edition: Number, level: AskedLevel = "global", area: AskedArea = None) -> None:
    """List what was found wrong with an edition; the edition stays as it was published."""
    place = _asked(level=level, area=area).place()
    _in_database(lambda connection: add_erratum(connection, place, edition, says), writes=True)


def _asked(**options: Any) -> ReportParameters:  # noqa: ANN401 - options of the command line
    """Parse and check the options like the parameters of an address, or raise typer.BadParameter."""
    try:
        parameters = ReportParameters(**options)
        parameters.place()
        parameters.days(today())
    except (BadParameters, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    return parameters


def _in_database(work: Callable[[AsyncConnection], Awaitable[Any]], *, writes: bool = False) -> Any:  # noqa: ANN401
    async def run(address: str) -> Any:  # noqa: ANN401
        engine = engine_for(address)
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            await check_database(engine)
            async with (engine if writes else reading).begin() as connection:
                return await work(connection)
        except BadParameters as error:
            raise Mendable(str(error)) from None
        finally:
            await engine.dispose()

    with database_address() as address:
        return asyncio.run(run(address))


async def _frozen(connection: AsyncConnection, parameters: ReportParameters) -> int:
    place = parameters.place()
    await refuse_unknown_area(connection, place)
    return await freeze_edition(connection, place, parameters.days(today()).on)


async def _write(connection: AsyncConnection, parameters: ReportParameters, form: Form, out: Path) -> tuple[Made, Path]:
    place = parameters.place()
    await refuse_unknown_area(connection, place)
    root = settings().crossings_public_url or f"http://{settings().host}:{settings().port}"
    if parameters.edition is not None:
        made = await found_edition(connection, place, parameters.edition, parameters.lang, root.rstrip("/"))
    else:
        knowledge = await knowledge_at(connection, parameters.as_known_at)
        figures = await gathered(connection, place, parameters.days(today()), knowledge)
        made = Made(place, figures, parameters.lang, root.rstrip("/"))
    path = out / f"{made.name}.{form}"
    if form == "json":
        path.write_bytes(as_json(made))
    else:
        written = await as_file(made, form, await ground_of(connection, made, form))
        shutil.move(written, path)
        shutil.rmtree(written.parent)
    console.print(str(path), highlight=False, markup=False, soft_wrap=True)
    return made, path


async def _write_all(connection: AsyncConnection, parameters: ReportParameters, form: Form, out: Path) -> None:
    """Write a report of each area at one moment, and a page that lists them."""
    moment = (await knowledge_at(connection, parameters.as_known_at)).moment
    written = [
        await _write(
            connection,
            parameters.model_copy(update={"level": area.level, "area": area.code, "as_known_at": moment}),
            form,
            out,
        )
        for area in await _areas(connection, parameters.days(today()).on)
    ]
    listed = [(titles(made.report), path.name) for made, path in written]
    told = listed[0][0].days
    example = next((title.example for title, _ in listed if title.example), "")
    names = [(title.area, name) for title, name in listed]
    page = render("report_index.html", words=words_of(parameters.lang), told=told, listed=names, example=example)
    (out / "index.html").write_text(page, encoding="utf-8")


async def _areas(connection: AsyncConnection, on: dt.date) -> list[Area]:
    """Return the world, the regions of IOM, and the countries that have a point."""
    regions = [row for row in await connection.execute(regions_on(Days.on(on))) if row.kind == "iom"]
    with_points = await connection.execute(countries_with_points(on))
    return [
        Area("global", None),
        *(Area("region", row.code) for row in regions),
        *(Area("country", row.code) for row in with_points),
    ]
