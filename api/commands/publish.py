"""`crossings publish`: write a dated snapshot as files, with a catalogue, to a folder or object storage."""

import asyncio
import datetime as dt
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from api.commands.options import build_parser
from api.database.engine import build_engine, check_database
from api.publishing.object_store import ObjectStore
from api.publishing.publish import PublishResult, publish
from api.server.lifecycle import open_database
from api.values.datetimes import parse_days, parse_moment
from api.values.days import check_years

console = Console(stderr=True)


def _parse_one_day(text: str) -> dt.date:
    """Parse the day, in the years of records: the snapshot also contains the changes of the week before it."""
    days = parse_days(text)
    if days.first != days.last:
        raise ValueError(f"{text!r} is not a single day")
    return check_years(days.first)


To = Annotated[
    str, typer.Option("--to", metavar="DIR|s3://BUCKET/PREFIX", help="Folder or s3:// address to publish to.")
]
Day = Annotated[
    dt.date | None,
    typer.Option(
        "--datetime", parser=build_parser(_parse_one_day), metavar="DAY", help="Day to publish; default: today (UTC)."
    ),
]
Moment = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-known-at",
        parser=build_parser(parse_moment),
        metavar="MOMENT",
        help="Publish the data as of this moment; a date means its end, UTC. Default: now.",
    ),
]


def publish_snapshot(to: To, day: Day = None, as_known_at: Moment = None) -> None:
    """Publish a day as files: GeoJSON, FlatGeobuf, GeoParquet and PMTiles, with a STAC catalogue.

    Published snapshots stay; the same day with the same data is published once.
    """
    published_at = dt.datetime.now(dt.UTC)
    place = ObjectStore.open(to)
    with open_database() as address:
        published = asyncio.run(
            _publish_with_progress(address, place, day or published_at.date(), as_known_at, published_at)
        )
    count, size_mb = len(published.files), sum(file.size for file in published.files) / 1e6
    became = f"{count} files, {size_mb:.1f} MB" if count else "already published"
    console.print(
        f"{place.address}: {published.snapshot.folder}: {became}", highlight=False, markup=False, soft_wrap=True
    )


async def _publish_with_progress(
    address: str, place: ObjectStore, day: dt.date, as_known_at: dt.datetime | None, published_at: dt.datetime
) -> PublishResult:
    engine = build_engine(address)
    try:
        await check_database(engine)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            return await publish(engine, place, day, as_known_at, published_at, progress)
    finally:
        await engine.dispose()
