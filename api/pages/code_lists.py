"""Code lists, regions and sources that the responses refer to."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.auth.session import ReadConnection
from api.collections.registry import NOTICE, CommonParameters
from api.exceptions import NotFound
from api.parameters.operation import Operation
from api.parameters.shared import DayParameters, build_query_parser
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_self_links, render_document
from api.values.datetimes import format_days, get_today
from models.codes import CODE_LISTS, CodeList
from models.queries.regions import select_regions, select_sources
from models.tables.bitemporal import Days

router = APIRouter()
# Members of an item that no response shows.
INTERNAL_MEMBERS = {"denies_passage"}


@router.api_route("/codes", methods=["GET", "HEAD"])
@Operation("getCodeLists", "Every code, with label and definition", answer="Codes")
async def list_code_lists(request: Request, _: CommonParameters) -> Response:
    lists = [_describe_code_list(code_list) for code_list in CODE_LISTS.values()]
    return render_document(
        request, "pages/codes.html", {"title": "Codes", "code_lists": lists, "links": build_self_links(request)}
    )


@router.api_route("/codes/{name}", methods=["GET", "HEAD"])
@Operation("getCodeList", "One list of codes", answer="Codes")
async def get_code_list_document(request: Request, name: str, _: CommonParameters) -> Response:
    if name not in CODE_LISTS:
        raise NotFound(f"unknown code list {name!r}; expected one of {', '.join(CODE_LISTS)}")
    lists = [_describe_code_list(CODE_LISTS[name])]
    return render_document(
        request, "pages/codes.html", {"title": "Codes", "code_lists": lists, "links": build_self_links(request)}
    )


@router.api_route("/regions", methods=["GET", "HEAD"])
@Operation("getRegions", "Regions and their countries on a day", answer="RegionList")
async def list_regions(
    request: Request,
    connection: ReadConnection,
    parameters: Annotated[DayParameters, Depends(build_query_parser(DayParameters))],
) -> Response:
    days = parameters.datetime or Days.on(get_today())
    rows = await connection.execute(select_regions(days))
    regions = [dict(row) for row in rows.mappings()]
    document = {
        "title": "Regions",
        "regions": regions,
        "datetime": format_days(days),
        "links": build_self_links(request),
    }
    return render_document(request, "pages/regions.html", document)


@router.api_route("/sources", methods=["GET", "HEAD"])
@Operation("getSources", "Sources and licences", answer="SourceList")
async def list_sources(request: Request, connection: ReadConnection, _: CommonParameters) -> Response:
    rows = [dict(row) for row in (await connection.execute(select_sources())).mappings()]
    document = {
        "title": "Sources and licences",
        "sources": rows,
        "notice": " ".join([*await fetch_example_notes(request), NOTICE]),
        "links": build_self_links(request),
    }
    return render_document(request, "pages/sources.html", document)


def _describe_code_list(code_list: CodeList) -> dict[str, Any]:
    """Describe the list, without empty and internal members of its items."""
    document = asdict(code_list)
    document["items"] = [_select_shown(item) for item in document["items"]]
    return _select_shown(document)


def _select_shown(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, {}) and name not in INTERNAL_MEMBERS}
