"""Day on which pages open: the latest with data. Programs get today by default."""

import datetime as dt
from typing import Any, Literal, NamedTuple, Self, TypeVar

from fastapi import Request
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.read_connections import open_limited_connection
from api.database.read_routing import DatabaseReader
from api.parameters.shared import ClocksParameters
from api.responses.representation import build_current_url, is_html_requested
from api.values.datetimes import format_days, get_today
from models.queries.filters import PointFilter, build_cached_statement
from models.queries.reported_days import select_latest_report_box, select_level_span, select_report_span
from models.tables.bitemporal import BEGINNING_OF_TIME, Days

Basis = Literal["reports", "levels", "nothing"]
Span = Row[*tuple[Any, ...]]


class PageDay(NamedTuple):
    """Day on which a page opens: the latest with reports of points, or without reports, with levels of countries.

    `basis` is "nothing" where neither exists, and the day is today.
    """

    day: dt.date
    basis: Basis
    today: dt.date
    # Address of the page with the data of today.
    today_href: str = ""

    @property
    def has_reports(self) -> bool:
        return self.basis == "reports"

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    def add_today_link(self, request: Request, days: Days) -> Self:
        """Add the address at which this page shows the days of today."""
        return self._replace(today_href=build_current_url(request, datetime=format_days(days)))


async def find_page_day(connection: AsyncConnection, as_known_at: dt.datetime | None) -> PageDay:
    """Find the day on which pages as of the moment open; None means now."""
    on = get_today()
    reports, levels = await read_spans(connection, PointFilter(Days(BEGINNING_OF_TIME, on), as_known_at))
    return choose_page_day(reports.last_day, levels.last_day, on)


async def read_spans(connection: AsyncConnection, question: PointFilter) -> tuple[Span, Span]:
    """Read `first_day` and `last_day` of the reports of points, and of the levels of countries; null without any."""
    reports = (await connection.execute(*build_cached_statement(select_report_span, question))).one()
    return reports, (await connection.execute(*build_cached_statement(select_level_span, question))).one()


async def read_reported_box(connection: AsyncConnection, question: PointFilter) -> list[float] | None:
    """Read west, south, east and north of the points reported in the last week of the query; None without any."""
    box: list[float] | None = await connection.scalar(*build_cached_statement(select_latest_report_box, question))
    return box


def choose_page_day(last_report: dt.date | None, last_level: dt.date | None, on: dt.date) -> PageDay:
    """Choose the last day of reports; without reports the last day with levels of countries; without both today."""
    if last_report:
        return PageDay(last_report, "reports", on)
    return PageDay(last_level, "levels", on) if last_level else PageDay(on, "nothing", on)


def needs_page_day(request: Request, parameters: ClocksParameters) -> bool:
    """Return whether the response is a page and the request has no `datetime`."""
    return parameters.datetime is None and is_html_requested(request)


P = TypeVar("P", bound=ClocksParameters)


async def apply_page_day(request: Request, connection: AsyncConnection, parameters: P) -> tuple[P, PageDay | None]:
    """Set `datetime` to the day on which the page opens, and return that day; None for JSON or with a `datetime`.

    Every link of the page has the day, so that its JSON has the data of that day too.
    """
    if not needs_page_day(request, parameters):
        return parameters, None
    latest = await find_page_day(connection, parameters.as_known_at)
    opened = parameters.model_copy(update={"datetime": Days.on(latest.day)})
    return opened, latest.add_today_link(request, Days.on(latest.today))


async def apply_page_day_pooled(request: Request, answers: DatabaseReader, parameters: P) -> tuple[P, PageDay | None]:
    """Set `datetime` as `apply_page_day` does, in an endpoint that waits for its slot without a connection."""
    if not needs_page_day(request, parameters):
        return parameters, None
    async with open_limited_connection(answers) as connection:
        return await apply_page_day(request, connection, parameters)
