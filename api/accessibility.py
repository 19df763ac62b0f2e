"""Accessibility index by country and day, with its sensitivity to other weights."""

import asyncio
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.accessibility_parameters import AccessibilityParameters
from api.answering import Answering, Answers
from api.bad_parameters import BadParameters
from api.collections import NOTICE
from api.example_notice import example_notes
from api.knowledge import knowledge_at
from api.page_day import PageDay, on_page_day_of
from api.parameters import parsed
from api.places import refuse_unknown_countries, refuse_unknown_places
from api.prepared import execute
from api.representation import address, query_of, self_links
from api.server.heavy_work import slot_for_series
from api.server.limited_reading import limited_reading
from api.statistics_periods import periods_of
from api.tidy_rows import csv_answer, csv_link, tidy_answer, wants_csv
from api.time_parameters import days_text, moment_text
from models.accessibility import CountryAccess, accessibility
from models.accessibility_index import Figures
from models.question import Question
from models.statistics import Period, names_of

router = APIRouter()
MOST_STEPS = 120
FIGURES = {
    "index": "#indicator+index+accessibility",
    "index_low": "#indicator+index+accessibility+low",
    "index_high": "#indicator+index+accessibility+high",
    "index_if_closed": "#indicator+index+accessibility+if_closed",
    "index_if_open": "#indicator+index+accessibility+if_open",
    **{field.name: f"#indicator+num+{field.name}" for field in fields(Figures) if not field.name.startswith("index")},
}
TAGS = {
    "day": "#date+day",
    "week": "#date+week_start",
    "month": "#date+month_start",
    "as_on": "#date+reported",
    "country": "#country+code",
    "country_name": "#country+name",
    **FIGURES,
}
NOTES = (
    (
        "`index` is the share of a country's assessed points that let people through, from 0 to 1: a point that does "
        "counts 1, one that does under conditions `weight_conditional`, one that does not, or of which it is not "
        "known, 0; each times the weight of its type. Null where nobody assessed a point, "
        "or not lately: those last assessed `max_age` days before the day, or earlier, are `not_known_lately`."
    ),
    (
        "The weights are a judgement. `index_low` and `index_high` are the least and the largest index with the types "
        "weighted as asked, all alike, and with one of them four times the others, and with passage under conditions "
        "counted as nothing, as asked, and in full."
    ),
    (
        "`index_if_closed` and `index_if_open` are what it would be if all points that nobody assessed, or not "
        "lately, were closed, or open. Their numbers stand beside it: they are in `points`, and not in the index."
    ),
    "A country without points of entry in the register has no row.",
    "A week (ISO 8601) or month is named by its first day, and told of its last day within `datetime`: `as_on`.",
)
Row = dict[str, Any]


@router.api_route("/accessibility", methods=["GET", "HEAD"])
async def read_accessibility(
    request: Request,
    answers: Answering,
    parameters: Annotated[AccessibilityParameters, Depends(parsed(AccessibilityParameters))],
) -> Response:
    """Return the index and its sensitivity, a row for each country and step."""
    parameters, shown = await on_page_day_of(request, answers, parameters)
    periods = _periods(parameters, parameters.question(None))
    async with slot_for_series(request, parameters.step):
        return await _accessibility(request, answers, parameters, periods, shown)


async def _accessibility(
    request: Request,
    answers: Answers,
    parameters: AccessibilityParameters,
    periods: list[Period],
    shown: PageDay | None,
) -> Response:
    async with limited_reading(answers) as connection:
        await refuse_unknown_places(connection, parameters.country, parameters.region)
        await refuse_unknown_countries(connection, {"nationality": parameters.nationality})
        knowledge = await knowledge_at(connection, parameters.as_known_at)
        question = parameters.question(knowledge.as_known_at)
        results = await accessibility(partial(execute, connection), question, periods, parameters.build_access())
        names = {row.code: row.name for row in await connection.execute(names_of("country"))}
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    example = await example_notes(request)
    return await asyncio.to_thread(_response, request, parameters, clocks, results, names, shown, example)


def _response(
    request: Request,
    parameters: AccessibilityParameters,
    clocks: dict[str, str],
    results: list[CountryAccess],
    names: dict[str, str],
    shown: PageDay | None,
    example: list[str],
) -> Response:
    rows, weights = _rows(results, names, parameters.step), parameters.build_access().weights
    columns = [*([parameters.step, "as_on"] if parameters.step else []), "country", "country_name", *FIGURES]
    if wants_csv(request):
        return csv_answer(f"accessibility-{clocks['datetime'].replace('/', '-to-')}", TAGS, columns, rows, example)
    document = {
        "title": "Accessibility",
        **clocks,
        "population": parameters.population,
        "nationality": parameters.nationality,
        "direction": parameters.direction,
        "max_age": parameters.age_d(),
        "weights": {**weights.by_type, "conditional": weights.conditional},
        "numberReturned": len(results),
        "rows": [],
        "notes": [*example, *NOTES, NOTICE],
        "links": [
            *self_links(request, **clocks),
            csv_link(request, "These figures as CSV with HXL tags", clocks),
            {"rel": "describedby", "type": "application/json", "href": address(request, "/codes/passable")},
        ],
    }
    context = {"query": query_of(request), "shown": shown}
    return tidy_answer(request, "accessibility.html", document, rows, columns=columns, **context)


def _periods(parameters: AccessibilityParameters, question: Question) -> list[Period]:
    """Split the days of the query into steps. Raises BadParameters for more than `MOST_STEPS`."""
    periods = periods_of(question.days, parameters.step)
    if len(periods) > MOST_STEPS:
        reason = f"has more than {MOST_STEPS} of its {parameters.step}s: ask for fewer, or for longer steps"
        raise BadParameters([{"parameter": "datetime", "value": days_text(question.days), "reason": reason}])
    return periods


def _rows(results: list[CountryAccess], names: dict[str, str], step: str | None) -> Iterator[Row]:
    for each in results:
        when = {step: each.label, "as_on": each.as_on} if step else {}
        figures = {name: getattr(each.figures, name) for name in FIGURES}
        yield {**when, "country": each.country, "country_name": names[each.country], **figures}
