"""`crossings publish`: write a dated snapshot as files, with a catalogue, to a folder or object storage."""

import asyncio
import datetime as dt
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from api.command_options import parser_of
from api.database import check_database, engine_for
from api.serve import database_address
from api.snapshots.place import Place
from api.snapshots.publish import Published, publish
from api.time_parameters import parse_days, parse_moment
from api.values.days import check_years

console = Console(stderr=True)


def _one_day(text: str) -> dt.date:
    """Parse the day, in the years of records: the snapshot also contains the changes of the week before it."""
    days = parse_days(text)
    if days.first != days.last:
        raise ValueError(f"{text!r} is more than a day")
    return check_years(days.first)


To = Annotated[str, typer.Option("--to", metavar="DIR|s3://BUCKET/PREFIX", help="Where to publish.")]
Day = Annotated[
    dt.date | None,
    typer.Option("--datetime", parser=parser_of(_one_day), metavar="DAY", help="The day; today (UTC) if not given."),
]
Moment = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-known-at",
        parser=parser_of(parse_moment),
        metavar="MOMENT",
        help="Publish what was known at this moment; a date stands for its end, UTC. Now if not given.",
    ),
]


def publish_snapshot(to: To, day: Day = None, as_known_at: Moment = None) -> None:
    """Publish a day as files: GeoJSON, FlatGeobuf, GeoParquet and PMTiles, with a STAC catalogue.

    What was published stays; the same day with the same knowledge is published once.
    """
    published_at = dt.datetime.now(dt.UTC)
    place = Place.at(to)
    with database_address() as address:
        published = asyncio.run(_published(address, place, day or published_at.date(), as_known_at, published_at))
    count, size_mb = len(published.files), sum(file.size for file in published.files) / 1e6
    became = f"{count} files, {size_mb:.1f} MB" if count else "it was there already"
    console.print(
        f"{place.address}: {published.snapshot.folder}: {became}", highlight=False, markup=False, soft_wrap=True
    )


async def _published(
    address: str, place: Place, day: dt.date, as_known_at: dt.datetime | None, published_at: dt.datetime
) -> Published:
    engine = engine_for(address)
    try:
        await check_database(engine)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            return await publish(engine, place, day, as_known_at, published_at, progress)
    finally:
        await engine.dispose()
