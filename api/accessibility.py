"""The accessibility index by country and day, with how far other judgements would move it."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy.ext.asyncio import AsyncConnection

from api.accessibility_parameters import AccessibilityParameters
from api.collections import NOTICE
from api.connection import Reading
from api.knowledge import knowledge_at
from api.parameters import BadParameters, parsed
from api.places import refuse_unknown_countries, refuse_unknown_places
from api.representation import address, answer, query_of, self_links
from api.statistics_periods import periods_of
from api.tidy_rows import csv_answer, csv_link, wants_csv
from api.time_parameters import days_text, moment_text
from models.accessibility import Access, accessibility
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
        "known, 0; each times the weight of its type. Null where nobody assessed a point."
    ),
    (
        "The weights are a judgement. `index_low` and `index_high` are the least and the largest index with the types "
        "weighted as asked, all alike, and with one of them four times the others, and with passage under conditions "
        "counted as nothing, as asked, and in full."
    ),
    (
        "`index_if_closed` and `index_if_open` are what it would be if all points that nobody assessed were closed, or "
        "open. How many these are is told beside it: they are in `points`, and not in the index."
    ),
    "A country without points of entry in the register has no row.",
    "A week (ISO 8601) or month is named by its first day, and told of its last day within `datetime`: `as_on`.",
)
Row = dict[str, Any]


@router.api_route("/accessibility", methods=["GET", "HEAD"])
async def read_accessibility(
    request: Request,
    connection: Reading,
    parameters: Annotated[AccessibilityParameters, Depends(parsed(AccessibilityParameters))],
) -> Response:
    """The index and its sensitivity, a row for each country and step."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    await refuse_unknown_countries(connection, {"nationality": parameters.nationality})
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question, access = parameters.question(knowledge.as_known_at), parameters.access()
    rows = await _rows(connection, question, _periods(parameters, question), access, parameters.step)
    columns = [*([parameters.step, "as_on"] if parameters.step else []), "country", "country_name", *FIGURES]
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    if wants_csv(request):
        return csv_answer(f"accessibility-{clocks['datetime'].replace('/', '-to-')}", TAGS, columns, rows)
    document = {
        "title": "Accessibility",
        **clocks,
        "population": parameters.population,
        "nationality": parameters.nationality,
        "direction": parameters.direction,
        "weights": {**access.weights.by_type, "conditional": access.weights.conditional},
        "numberReturned": len(rows),
        "rows": [{name: row[name] for name in columns} for row in rows],
        "notes": [*NOTES, NOTICE],
        "links": [
            *self_links(request, **clocks),
            csv_link(request, "These figures as CSV with HXL tags", clocks),
            {"rel": "describedby", "type": "application/json", "href": address(request, "/codes/passable")},
        ],
    }
    return answer(request, "accessibility.html", jsonable_encoder(document), columns=columns, query=query_of(request))


def _periods(parameters: AccessibilityParameters, question: Question) -> list[Period]:
    """Raises BadParameters for more steps than can be told at once."""
    periods = periods_of(question.days, parameters.step)
    if len(periods) > MOST_STEPS:
        reason = f"has more than {MOST_STEPS} of its {parameters.step}s: ask for fewer, or for longer steps"
        raise BadParameters([{"parameter": "datetime", "value": days_text(question.days), "reason": reason}])
    return periods


async def _rows(
    connection: AsyncConnection, question: Question, periods: list[Period], access: Access, step: str | None
) -> list[Row]:
    found = await accessibility(connection, question, periods, access)
    names = {row.code: row.name for row in await connection.execute(names_of("country"))}

    def told() -> Iterator[Row]:
        for each in found:
            when = {step: each.label, "as_on": each.as_on} if step else {}
            yield {**when, "country": each.country, "country_name": names[each.country], **asdict(each.figures)}

    return list(told())
