"""The functions that a filter may call (OGC API - Features Part 3, 7.3)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.collections.registry import CommonParameters
from api.cql2.custom_functions import CUSTOM_FUNCTIONS, CustomFunction
from api.cql2.queryables import ValueKind
from api.parameters.operation import Operation
from api.responses.representation import build_self_links, render_document

router = APIRouter()
ARGUMENT_TYPES: dict[ValueKind, str] = {
    ValueKind.STRING: "string",
    ValueKind.INTEGER: "integer",
    ValueKind.NUMBER: "number",
    ValueKind.BOOLEAN: "boolean",
    ValueKind.DATE: "datetime",
    ValueKind.TIMESTAMP: "datetime",
    ValueKind.GEOMETRY: "geometry",
    ValueKind.STRINGS: "string",
}


@router.api_route("/functions", methods=["GET", "HEAD"])
@Operation("getFunctions", "Functions that a filter may call", answer="FunctionList")
async def list_functions(request: Request, _: CommonParameters) -> Response:
    functions = [_describe_function(name, function) for name, function in CUSTOM_FUNCTIONS.items()]
    document = {"title": "Functions of filters", "functions": functions, "links": build_self_links(request)}
    return render_document(request, "collections/functions.html", document)


def _describe_function(name: str, function: CustomFunction) -> dict[str, Any]:
    arguments = [{"type": sorted({ARGUMENT_TYPES[kind] for kind in kinds})} for kinds in function.arguments]
    document = {"name": name, "description": function.description, "returns": [ARGUMENT_TYPES[function.returns]]}
    return document | {"arguments": arguments}
