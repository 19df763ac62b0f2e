"""The functions that a filter may call (OGC API - Features Part 3, 7.3)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.collections import Plain
from api.cql2.our_functions import OUR_FUNCTIONS, Function
from api.cql2.queryables import Kind
from api.representation import answer, self_links

router = APIRouter()
TYPES: dict[Kind, str] = {
    Kind.STRING: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "datetime",
    Kind.TIMESTAMP: "datetime",
    Kind.GEOMETRY: "geometry",
    Kind.STRINGS: "string",
}


@router.api_route("/functions", methods=["GET", "HEAD"])
async def read_functions(request: Request, _: Plain) -> Response:
    functions = [_described(name, function) for name, function in OUR_FUNCTIONS.items()]
    document = {"title": "Functions of filters", "functions": functions, "links": self_links(request)}
    return answer(request, "functions.html", document)


def _described(name: str, function: Function) -> dict[str, Any]:
    arguments = [{"type": sorted({TYPES[kind] for kind in kinds})} for kinds in function.arguments]
    document = {"name": name, "description": function.description, "returns": [TYPES[function.returns]]}
    return document | {"arguments": arguments}
