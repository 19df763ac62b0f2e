"""History of one point: every record on both time axes."""

import json
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import answering
from api.entity_tag import history_etag
from api.not_found import NotFound
from api.parameter_bounds import can_be_code
from api.parameters import Parameters, parsed
from api.prepared import Row
from api.representation import GEOJSON, address, answer, self_links, wants_html
from api.time_parameters import today
from models.history import history_of_point
from models.points_named import moments_of

LISTS = ("register", "restrictions", "health_capacities", "assessments")


async def read_history(request: Request) -> Response:
    """Return `/points-of-entry/{code}/history`. Raises BadParameters and NotFound."""
    await parsed(Parameters)(request)
    code, answers = request.path_params["code"], await answering(request)
    row = await answers.row(history_of_point(), {"code": code}) if can_be_code(code) else None
    if row is None or row["point"] is None:
        raise NotFound(f"there is no point of entry {code!r}")
    document = _document(request, code, row)
    if wants_html(request):
        history, day = json.loads(document), today().isoformat()
        response = answer(request, "history.html", history, today=day, last_assessed=_last_assessed(history, day))
    else:
        response = Response(document, media_type="application/json", headers={"Vary": "Accept"})
    response.headers["ETag"] = history_etag(code, row["moment"])
    return response


def _document(request: Request, code: str, row: Row) -> str:
    """Build the document as JSON; the lists stay as the database wrote them."""
    item = address(request, f"/collections/points-of-entry/items/{code}")
    links = [*self_links(request), {"rel": "item", "type": GEOJSON, "title": "The point", "href": item}]
    texts = {"code": json.dumps(code), "name": json.dumps(row["name"]), **{name: row[name] for name in LISTS}}
    texts["links"] = json.dumps(links)
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}"


def _last_assessed(document: dict[str, Any], day: str) -> str | None:
    """Find the last day, up to the given day, on which somebody assessed the point."""
    return max((each["assessed_on"] for each in document["assessments"] if each["assessed_on"] <= day), default=None)


async def etag_of(connection: AsyncConnection, point: int) -> str:
    """Fetch the current ETag of the history of the point with this number."""
    return history_etag(*(await connection.execute(moments_of([point]))).one())
