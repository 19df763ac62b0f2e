"""Day on which pages open: the latest with data. Programs get today by default."""

import datetime as dt
from typing import Any, Literal, NamedTuple, Self, TypeVar

from fastapi import Request
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answers
from api.parameters import Clocks
from api.representation import here, wants_html
from api.server.limited_reading import limited_reading
from api.time_parameters import days_text, today
from models.question import Question, asked
from models.reported_days import box_of_latest_reports, span_of_levels, span_of_reports
from models.time_axes import SINCE_EVER, Days

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

    def leading_to(self, request: Request, days: Days) -> Self:
        """Add the address at which this page shows the days of today."""
        return self._replace(today_href=here(request, datetime=days_text(days)))


async def page_day(connection: AsyncConnection, as_known_at: dt.datetime | None) -> PageDay:
    """Find the day on which pages as of the moment open; None means now."""
    on = today()
    reports, levels = await read_spans(connection, Question(Days(SINCE_EVER, on), as_known_at))
    return day_to_open(reports.last_day, levels.last_day, on)


async def read_spans(connection: AsyncConnection, question: Question) -> tuple[Span, Span]:
    """Read `first_day` and `last_day` of the reports of points, and of the levels of countries; null without any."""
    reports = (await connection.execute(*asked(span_of_reports, question))).one()
    return reports, (await connection.execute(*asked(span_of_levels, question))).one()


async def read_box(connection: AsyncConnection, question: Question) -> list[float] | None:
    """Read west, south, east and north of the points reported in the last week of the query; None without any."""
    box: list[float] | None = await connection.scalar(*asked(box_of_latest_reports, question))
    return box


def day_to_open(last_report: dt.date | None, last_level: dt.date | None, on: dt.date) -> PageDay:
    """Choose the last day of reports; without reports the last day with levels of countries; without both today."""
    if last_report:
        return PageDay(last_report, "reports", on)
    return PageDay(last_level, "levels", on) if last_level else PageDay(on, "nothing", on)


def chooses_its_day(request: Request, parameters: Clocks) -> bool:
    """Return whether the response is a page and the request has no `datetime`."""
    return parameters.datetime is None and wants_html(request)


P = TypeVar("P", bound=Clocks)


async def on_page_day(request: Request, connection: AsyncConnection, parameters: P) -> tuple[P, PageDay | None]:
    """Set `datetime` to the day on which the page opens, and return that day; None for JSON or with a `datetime`.

    Every link of the page has the day, so that its JSON has the data of that day too.
    """
    if not chooses_its_day(request, parameters):
        return parameters, None
    latest = await page_day(connection, parameters.as_known_at)
    opened = parameters.model_copy(update={"datetime": Days.on(latest.day)})
    return opened, latest.leading_to(request, Days.on(latest.today))


async def on_page_day_of(request: Request, answers: Answers, parameters: P) -> tuple[P, PageDay | None]:
    """Set `datetime` as `on_page_day` does, in an endpoint that waits for its slot without a connection."""
    if not chooses_its_day(request, parameters):
        return parameters, None
    async with limited_reading(answers) as connection:
        return await on_page_day(request, connection, parameters)
