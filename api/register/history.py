"""History of one point: every record on both time axes."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.prepared_statements import Row
from api.database.read_routing import get_reader
from api.exceptions import NotFound
from api.parameters.bounds import can_be_code
from api.parameters.operation import Operation
from api.parameters.shared import Parameters, build_query_parser
from api.responses.etag import build_history_etag
from api.responses.representation import GEOJSON, build_self_links, build_url, is_html_requested, render_document
from api.values.datetimes import get_today
from models.queries.history import select_point_history
from models.validation.point_lookup import select_change_moments

HISTORY_LISTS = ("register", "restrictions", "health_capacities", "assessments")
router = APIRouter()


@router.route("/points-of-entry/{code}/history")
@Operation(
    "getPointHistory", "Every record of a point, on both time axes", parameters=Parameters, answer="PointHistory"
)
async def get_history(request: Request) -> Response:
    """Return `/points-of-entry/{code}/history`. Raises BadParameters and NotFound."""
    await build_query_parser(Parameters)(request)
    code, answers = request.path_params["code"], await get_reader(request)
    row = await answers.fetch_row(select_point_history(), {"code": code}) if can_be_code(code) else None
    if row is None or row["point"] is None:
        raise NotFound(f"unknown point of entry {code!r}")
    document = _build_document(request, code, row)
    if is_html_requested(request):
        history, day = json.loads(document), get_today().isoformat()
        response = render_document(
            request, "register/history.html", history, today=day, last_assessed=_find_last_assessed(history, day)
        )
    else:
        response = Response(document, media_type="application/json", headers={"Vary": "Accept"})
    response.headers["ETag"] = build_history_etag(code, row["moment"])
    return response


def _build_document(request: Request, code: str, row: Row) -> str:
    """Build the document as JSON; the lists stay as the database wrote them."""
    item = build_url(request, f"/collections/points-of-entry/items/{code}")
    links = [*build_self_links(request), {"rel": "item", "type": GEOJSON, "title": "The point", "href": item}]
    texts = {"code": json.dumps(code), "name": json.dumps(row["name"]), **{name: row[name] for name in HISTORY_LISTS}}
    texts["links"] = json.dumps(links)
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}"


def _find_last_assessed(document: dict[str, Any], day: str) -> str | None:
    """Find the last day, up to the given day, on which somebody assessed the point."""
    return max((each["assessed_on"] for each in document["assessments"] if each["assessed_on"] <= day), default=None)


async def fetch_history_etag(connection: AsyncConnection, point: int) -> str:
    """Fetch the current ETag of the history of the point with this number."""
    return build_history_etag(*(await connection.execute(select_change_moments([point]))).one())
