"""The page of a country office: its script uses the public addresses, with the office's key."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.auth.dependencies import PRIVATE
from api.auth.session import ReadConnection
from api.parameters.operation import HTML, Operation
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import Text
from api.responses.representation import render_page
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS
from api.submissions.forms.files import fetch_country_names
from models.codes import CODE_LISTS

router = APIRouter()
LISTS = (
    *("operational_status", "poe_type", "measure", "direction", "traffic", "affected_population", "nationality_rule"),
    *("expected_duration", "confidence", "source_type", "health_value", "screening_value", "submission_state"),
)


class OfficePageParameters(Parameters):
    """Query parameters of the page."""

    lang: Text | None = Field(None, description="Language of the page: en, fr, es, ar.")


@router.api_route("/office", methods=["GET", "HEAD"])
@Operation("getOfficePage", "Page for an office's weekly update", gives=(HTML,))
async def read_office_page(
    request: Request,
    connection: ReadConnection,
    _: Annotated[OfficePageParameters, Depends(build_query_parser(OfficePageParameters))],
) -> Response:
    """Return the page with the data of its forms; viewing it needs no key."""
    countries = await fetch_country_names(connection)
    context = {"definitions": _build_definitions(), "countries": countries}
    return render_page(request, "pages/office_page.html", context, headers=PRIVATE)


def _build_definitions() -> dict[str, Any]:
    """Build the columns of an update and of its measures, and their code lists, with labels."""
    named = {**MEASURE_COLUMNS, **COLUMNS}
    columns = [{"name": name, "labels": column.labels, "list": column.list} for name, column in named.items()]
    lists = {name: [_build_code_item(asdict(item)) for item in CODE_LISTS[name].items] for name in LISTS}
    return {"columns": columns, "code_lists": lists}


def _build_code_item(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("code", "labels", "group") if item.get(name) is not None}
