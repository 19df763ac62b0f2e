"""The commands `crossings office` and `crossings key`, which also issue the first admin's key."""

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import PREFIX_PATTERN
from api.database.engine import build_engine, check_database
from api.offices.issue_key import NewKey, issue_office_key
from api.offices.schemas import CODE_PATTERN, NewOffice, OfficeChange
from api.server.lifecycle import open_database
from models.accounts.api_keys import revoke_key, select_keys
from models.accounts.offices import OfficeExists, UnknownPlaces, add_office, change_office, fetch_office, select_offices

T = TypeVar("T")
office_app = typer.Typer(no_args_is_help=True, help="Manage the offices that submit and review updates.")
key_app = typer.Typer(no_args_is_help=True, help="Manage the API keys of offices.")
Countries = Annotated[list[str] | None, typer.Option("--country", help="ISO 3166-1 alpha-3; may be repeated.")]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="Code of a region that the office reviews; may be repeated.")
]
Language = Annotated[str | None, typer.Option(help="en, fr, es or ar.")]
NeedsReview = Annotated[bool | None, typer.Option(help="Whether its updates need a review.")]
DaysUntilExpiry = Annotated[
    int | None, typer.Option("--expires-in-days", help="Days until the key expires; default: valid until revoked.")
]


class UnknownName(LookupError):
    """Name that no office or key has; the message contains it."""


@office_app.command("add")
def add(
    code: str,
    *,
    name: Annotated[str, typer.Option()],
    country: Countries = None,
    region: Regions = None,
    language: Language = None,
    needs_review: NeedsReview = None,
) -> None:
    """Create an office."""
    places = {"countries": country, "regions": region}
    options = _filter_options(code=code, name=name, language=language, needs_review=needs_review, **places)

    async def make(connection: AsyncConnection) -> None:
        await add_office(connection, NewOffice(**options).build_entry(), by=None, at=dt.datetime.now(dt.UTC))

    _run(make)


@office_app.command("set")
def set_(
    code: str,
    *,
    name: Annotated[str | None, typer.Option()] = None,
    country: Countries = None,
    region: Regions = None,
    language: Language = None,
    needs_review: NeedsReview = None,
) -> None:
    """Change the given fields of an office; countries and regions replace the current ones."""
    places = {"countries": country, "regions": region}
    options = _filter_options(name=name, language=language, needs_review=needs_review, **places)

    async def change(connection: AsyncConnection) -> None:
        changes = OfficeChange(**options).model_dump(exclude_unset=True)
        await _refuse_unknown(connection, code)
        await change_office(connection, code, changes, by=None, at=dt.datetime.now(dt.UTC))

    _run(change)


@office_app.command("list")
def list_offices() -> None:
    """List the offices with their countries and regions."""
    _run(lambda connection: _show(connection, select_offices()))


@key_app.command("issue")
def issue_key(
    office: str,
    role: Annotated[str, typer.Option(help="office, reviewer or admin.")] = "office",
    expires_in_days: DaysUntilExpiry = None,
    label: Annotated[str | None, typer.Option(help="Purpose of the key.")] = None,
) -> None:
    """Issue a key and print it. It cannot be shown again."""
    options = _filter_options(role=role, label=label, expires_in_days=expires_in_days)

    async def make(connection: AsyncConnection) -> str:
        await _refuse_unknown(connection, office)
        return (await issue_office_key(connection, office, NewKey(**options), by=None)).format()

    typer.echo(_run(make))
    typer.echo("Save the key now: it is not shown again.", err=True)


@key_app.command("revoke")
def revoke(prefix: str) -> None:
    """Revoke the key with this prefix."""

    async def end(connection: AsyncConnection) -> None:
        if (
            not PREFIX_PATTERN.fullmatch(prefix)
            or (await connection.execute(select_keys(prefix=prefix))).first() is None
        ):
            raise UnknownName("no key has this prefix: it is the 8 characters after `crossings_`")
        await revoke_key(connection, prefix, by=None, at=dt.datetime.now(dt.UTC))

    _run(end)


@key_app.command("list")
def list_keys(office: Annotated[str | None, typer.Argument()] = None) -> None:
    """List the keys of an office, or of all offices, without their secrets."""

    async def show(connection: AsyncConnection) -> None:
        if office is not None:
            await _refuse_unknown(connection, office)
        await _show(connection, select_keys(office=office))

    _run(show)


def _filter_options(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - of the options' types
    return {name: value for name, value in options.items() if value is not None}


async def _refuse_unknown(connection: AsyncConnection, office: str) -> None:
    if not CODE_PATTERN.fullmatch(office) or await fetch_office(connection, office) is None:
        raise UnknownName(f"unknown office {office!r}")


async def _show(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> None:
    result = await connection.execute(statement)
    table = Table(*result.keys(), box=None)
    for row in result:
        table.add_row(*(Text(_format_cell(value)) for value in row))
    # Output to a file or another program is not cut to the width of a screen.
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)


def _format_cell(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(value) if isinstance(value, list) else str(value)


def _run(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Run the work in one transaction and return its result; end a user's error as one line with exit status 1."""
    try:
        with open_database() as address:
            return asyncio.run(_run_in_transaction(address, work))
    except ValidationError as error:
        reasons = (
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise SystemExit(f"crossings: {'; '.join(reasons)}") from None
    except (OfficeExists, UnknownPlaces, UnknownName) as error:
        raise SystemExit(f"crossings: {error}") from None


async def _run_in_transaction(address: str, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    engine = build_engine(address)
    try:
        await check_database(engine)
        async with engine.begin() as connection:
            return await work(connection)
    finally:
        await engine.dispose()
