"""Code lists, regions and sources that the responses refer to."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.collections import NOTICE, Plain
from api.connection import Reading
from api.example_notice import example_notes
from api.not_found import NotFound
from api.parameters import DayParameters, parsed
from api.representation import answer, self_links
from api.time_parameters import days_text, today
from models.codes import CODE_LISTS, CodeList
from models.regions import regions_on, sources
from models.time_axes import Days

router = APIRouter()


@router.api_route("/codes", methods=["GET", "HEAD"])
async def read_codes(request: Request, _: Plain) -> Response:
    lists = [_described(code_list) for code_list in CODE_LISTS.values()]
    return answer(request, "codes.html", {"title": "Codes", "code_lists": lists, "links": self_links(request)})


@router.api_route("/codes/{name}", methods=["GET", "HEAD"])
async def read_code_list(request: Request, name: str, _: Plain) -> Response:
    if name not in CODE_LISTS:
        raise NotFound(f"there is no code list {name!r}; there are {', '.join(CODE_LISTS)}")
    lists = [_described(CODE_LISTS[name])]
    return answer(request, "codes.html", {"title": "Codes", "code_lists": lists, "links": self_links(request)})


@router.api_route("/regions", methods=["GET", "HEAD"])
async def read_regions(
    request: Request, connection: Reading, parameters: Annotated[DayParameters, Depends(parsed(DayParameters))]
) -> Response:
    days = parameters.datetime or Days.on(today())
    rows = await connection.execute(regions_on(days))
    regions = [dict(row) for row in rows.mappings()]
    document = {"title": "Regions", "regions": regions, "datetime": days_text(days), "links": self_links(request)}
    return answer(request, "regions.html", document)


@router.api_route("/sources", methods=["GET", "HEAD"])
async def read_sources(request: Request, connection: Reading, _: Plain) -> Response:
    rows = [dict(row) for row in (await connection.execute(sources())).mappings()]
    document = {
        "title": "Sources and licences",
        "sources": rows,
        "notice": " ".join([*await example_notes(request), NOTICE]),
        "links": self_links(request),
    }
    return answer(request, "sources.html", document)


def _described(code_list: CodeList) -> dict[str, Any]:
    """Describe the list, without empty members of its items."""
    document = asdict(code_list)
    document["items"] = [_without_blanks(item) for item in document["items"]]
    return _without_blanks(document)


def _without_blanks(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, {})}
