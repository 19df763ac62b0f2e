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

from api.commands.options import build_parser
from api.database.engine import build_engine, check_database
from api.imports.country_measures import load_country_measures
from api.imports.errors import LoadResult, RefusedFile, RowError
from api.imports.importer import Loader, import_file
from api.imports.iom.column_map import read_column_map
from api.imports.iom.matrix import build_matrix_loader, parse_matrix_day
from api.imports.iom.points_of_entry import build_assessment_loader
from api.imports.register import build_register_loader
from api.imports.restrictions import load_point_restrictions
from api.imports.seed_data import load_candidates, load_seed_data
from api.server.lifecycle import open_database
from api.values.datetimes import get_today
from api.values.days import parse_record_day

load_app = typer.Typer(no_args_is_help=True, help="Import files. Importing a file again changes nothing.")
errors = Console(stderr=True)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Partial = Annotated[bool, typer.Option("--partial", help="Load the valid rows of a file that has invalid rows.")]
ColumnMapFile = Annotated[
    Path | None,
    typer.Option("--map", exists=True, dir_okay=False, readable=True, help="Your own column map."),
]


def _parse_day_or_today(text: str) -> dt.date:
    return get_today() if text == "today" else parse_record_day(text)


MatrixDay = Annotated[
    dt.date | None,
    typer.Option(
        "--date",
        parser=build_parser(parse_record_day),
        metavar="DAY",
        help="Day of the matrix, if the file name does not have it.",
    ),
]
ChangesFrom = Annotated[
    dt.date | None,
    typer.Option(parser=build_parser(_parse_day_or_today), metavar="DAY", help="First day of the changes, or `today`."),
]
MAX_SHOWN_ERRORS = 200


@load_app.command("shipped")
def load_shipped_files() -> None:
    """Load the shipped data: countries, regions, the register, country measures, restrictions."""
    _run_load(load_seed_data)


@load_app.command("candidates")
def load_shipped_candidates() -> None:
    """Load candidates: places where a mapped road or railway crosses a border, shown only if `lifecycle=candidate`."""
    _run_load(load_candidates)


@load_app.command("register")
def load_register(file: File, changes_from: ChangesFrom = None, partial: Partial = False) -> None:
    """Load a register of points of entry. Changes to existing points are valid from --changes-from."""
    _load_file("register", file, build_register_loader(changes_from or get_today()), partial=partial)


@load_app.command("restrictions")
def load_restrictions(file: File, partial: Partial = False) -> None:
    """Load restrictions at points, a row for each measure (CSV, XLSX, ODS, XLS): see docs/loading-restrictions.md."""
    _load_file("restrictions", file, load_point_restrictions, partial=partial)


@load_app.command("measures")
def load_measures(file: File, partial: Partial = False) -> None:
    """Load country measures as intervals: OxCGRT's indicators C8, C7 and C5, and internal border control."""
    _load_file("measures", file, load_country_measures, partial=partial)


@load_app.command("iom-poe")
def load_iom_poe(file: File, map_file: ColumnMapFile = None, partial: Partial = False) -> None:
    """Load IOM's assessments of points of entry (CSV, XLSX, ODS or XLS): the status of each point on a day."""
    column_map, content = read_column_map(map_file)
    _load_file("iom-poe", file, build_assessment_loader(column_map), partial=partial, read_with=content)


@load_app.command("iom-matrix")
def load_iom_matrix(file: File, date: MatrixDay = None, partial: Partial = False) -> None:
    """Load IOM's matrix of air travel restrictions between countries, for the day in the file name."""
    day = parse_matrix_day(file, date)
    _load_file("iom-matrix", file, build_matrix_loader(day), partial=partial, about_day=day)


def _load_file(kind: str, file: Path, load: Loader, *, partial: bool, **options: object) -> None:
    async def load_one(engine: AsyncEngine, progress: Progress) -> list[LoadResult]:
        return [await import_file(engine, kind, file, load, partial=partial, progress=progress, **options)]  # type: ignore[arg-type]

    _run_load(load_one)


def _run_load(load: Callable[[AsyncEngine, Progress], Awaitable[list[LoadResult]]]) -> None:
    async def run(address: str) -> None:
        engine = build_engine(address)
        try:
            await check_database(engine)
            try:
                with Progress(console=errors, transient=True) as progress:
                    loaded = await load(engine, progress)
            except RefusedFile as error:
                _show_errors(error.row_errors)
                raise
            for each in loaded:
                _show_errors(each.row_errors)
                _show_errors(each.warnings, "warning: ")
                errors.print(each.format_summary(), highlight=False, markup=False, soft_wrap=True)
        finally:
            await engine.dispose()

    with open_database() as address:
        asyncio.run(run(address))


def _show_errors(complaints: list[RowError], kind: str = "") -> None:
    for complaint in complaints[:MAX_SHOWN_ERRORS]:
        errors.print(f"  {kind}{complaint}", highlight=False, markup=False)
    if len(complaints) > MAX_SHOWN_ERRORS:
        errors.print(f"  and {len(complaints) - MAX_SHOWN_ERRORS} more", highlight=False)
