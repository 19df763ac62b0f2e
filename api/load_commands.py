"""The commands `crossings load …`."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from api.command_options import parser_of
from api.database import check_database, engine_for
from api.load.column_map import read_column_map
from api.load.complaint import Complaint, Loaded, RefusedFile
from api.load.intake import Load, take_in
from api.load.iom_matrix import day_of_matrix, iom_matrix
from api.load.iom_poe import iom_poe
from api.load.measures import measures
from api.load.register import register
from api.load.restrictions import restrictions
from api.load.shipped import load_candidates, load_shipped
from api.serve import database_address
from api.time_parameters import today
from api.values.days import parse_record_day

load_app = typer.Typer(no_args_is_help=True, help="Take in files. The same file twice changes nothing.")
errors = Console(stderr=True)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Partial = Annotated[bool, typer.Option("--partial", help="Load the good rows of a file that also has bad ones.")]
ColumnMapFile = Annotated[
    Path | None,
    typer.Option("--map", exists=True, dir_okay=False, readable=True, help="A column map of your own."),
]


def _day_or_today(text: str) -> dt.date:
    return today() if text == "today" else parse_record_day(text)


MatrixDay = Annotated[
    dt.date | None,
    typer.Option(
        "--date",
        parser=parser_of(parse_record_day),
        metavar="DAY",
        help="The day of the matrix, if the file's name does not say it.",
    ),
]
ChangesFrom = Annotated[
    dt.date | None,
    typer.Option(parser=parser_of(_day_or_today), metavar="DAY", help="The first day of what changed, or `today`."),
]
SHOWN_COMPLAINTS = 200


@load_app.command("shipped")
def load_shipped_files() -> None:
    """The data that the service ships with: countries, regions, the register, country measures, restrictions."""
    _loading(load_shipped)


@load_app.command("candidates")
def load_shipped_candidates() -> None:
    """Candidates: places where a mapped road or railway crosses a border, shown only if `lifecycle=candidate`."""
    _loading(load_candidates)


@load_app.command("register")
def load_register(file: File, changes_from: ChangesFrom = None, partial: Partial = False) -> None:
    """A register of points of entry. What it says otherwise of known points holds from --changes-from on."""
    _loading_file("register", file, register(changes_from or today()), partial=partial)


@load_app.command("restrictions")
def load_restrictions(file: File, partial: Partial = False) -> None:
    """Restrictions at points, a row for each measure (CSV, XLSX, ODS or XLS): see docs/loading-restrictions.md."""
    _loading_file("restrictions", file, restrictions, partial=partial)


@load_app.command("measures")
def load_measures(file: File, partial: Partial = False) -> None:
    """Country measures as intervals: OxCGRT's indicators C8, C7 and C5, and internal border control."""
    _loading_file("measures", file, measures, partial=partial)


@load_app.command("iom-poe")
def load_iom_poe(file: File, map_file: ColumnMapFile = None, partial: Partial = False) -> None:
    """IOM's assessments of points of entry (CSV, XLSX, ODS or XLS): the status seen at each point on a day."""
    column_map, content = read_column_map(map_file)
    _loading_file("iom-poe", file, iom_poe(column_map), partial=partial, read_with=content)


@load_app.command("iom-matrix")
def load_iom_matrix(file: File, date: MatrixDay = None, partial: Partial = False) -> None:
    """IOM's matrix of air travel restrictions between countries, as of the day in the file's name."""
    day = day_of_matrix(file, date)
    _loading_file("iom-matrix", file, iom_matrix(day), partial=partial, about_day=day)


def _loading_file(kind: str, file: Path, load: Load, *, partial: bool, **options: object) -> None:
    async def one(engine: AsyncEngine, progress: Progress) -> list[Loaded]:
        return [await take_in(engine, kind, file, load, partial=partial, progress=progress, **options)]  # type: ignore[arg-type]

    _loading(one)


def _loading(load: Callable[[AsyncEngine, Progress], Awaitable[list[Loaded]]]) -> None:
    async def run(address: str) -> None:
        engine = engine_for(address)
        try:
            await check_database(engine)
            try:
                with Progress(console=errors, transient=True) as progress:
                    loaded = await load(engine, progress)
            except RefusedFile as error:
                _show_complaints(error.complaints)
                raise
            for each in loaded:
                _show_complaints(each.complaints)
                _show_complaints(each.warnings, "warning: ")
                errors.print(each.summary(), highlight=False, markup=False, soft_wrap=True)
        finally:
            await engine.dispose()

    with database_address() as address:
        asyncio.run(run(address))


def _show_complaints(complaints: list[Complaint], kind: str = "") -> None:
    for complaint in complaints[:SHOWN_COMPLAINTS]:
        errors.print(f"  {kind}{complaint}", highlight=False, markup=False)
    if len(complaints) > SHOWN_COMPLAINTS:
        errors.print(f"  and {len(complaints) - SHOWN_COMPLAINTS} more", highlight=False)
