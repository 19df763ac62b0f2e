"""Symbols of the data: one definition, `symbols.json` beside this file, for all maps, charts and QGIS.

Shape is the type, fill and mark are the status, and an old report is pale and dashed. A symbol has a white edge, a
dark line, a fill and a mark: the fill alone is too close to land and to the colours of countries, so the line is never
dropped, and the mark shows the status in grey print. `tests/api/tiles/test_symbols.py` has the figures of contrast.

Status groups are in drawing order, after the points not assessed, so that an open point never hides a closed one. A
point that no office assessed for the day is empty and smaller.

The file is JSON, because the build of the browser's part reads it unchanged.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.collections.registry import CommonParameters
from api.parameters.operation import JSON, Operation
from api.responses.etag import build_tagged_response

router = APIRouter()
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Shape = Literal["circle", "diamond", "square", "triangle"]
Mark = Literal["full", "half", "bar", "question", "empty"]
FILE_CONFIG = ConfigDict(extra="forbid", frozen=True)


class Category(BaseModel):
    """Meaning of a colour; `value` is that of the property, None if the property is null."""

    model_config = FILE_CONFIG

    value: str | int | None
    label: str
    colour: Colour


class StatusSymbol(Category):
    """Symbol of a status: `colour` is the fill, `tint` the fill of an old report, `line` goes around both."""

    line: Colour
    tint: Colour
    mark: Mark


class NoLevel(Category):
    """Symbol of an area without a level: lines in the colour `hatch` at 45 degrees."""

    hatch: Colour


class TypeSymbol(BaseModel):
    """Meaning of a shape: a code of `poe_type`."""

    model_config = FILE_CONFIG

    value: str
    label: str
    shape: Shape


class Candidate(BaseModel):
    """Symbol of a candidate, a place that no list names: an outline without a fill."""

    model_config = FILE_CONFIG

    label: str
    shape: Literal["plus"]
    line: Colour


class Edge(BaseModel):
    """Edge of each symbol: a white edge of `width_px` and in it a line, dashed around an old report."""

    model_config = FILE_CONFIG

    colour: Colour
    width_px: float
    line_px: float
    old_dashes_px: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]


class Ground(BaseModel):
    """Background: colours of land and of water."""

    model_config = FILE_CONFIG

    land: Colour
    water: Colour


class Symbols(BaseModel):
    """The whole definition. `status_groups` are in drawing order, the last above the others."""

    model_config = FILE_CONFIG

    status_groups: tuple[StatusSymbol, ...]
    not_assessed: StatusSymbol
    poe_types: tuple[TypeSymbol, ...]
    candidate: Candidate
    edge: Edge
    ground: Ground
    travel_levels: tuple[Category, ...]
    no_level: NoLevel


@cache
def load_symbols() -> Symbols:
    """Load the definition. Raises pydantic's ValidationError for an invalid file."""
    return Symbols.model_validate_json((files("api.tiles") / "symbols.json").read_bytes())


@router.api_route("/symbols", methods=["GET", "HEAD"])
@Operation("getSymbols", "Map symbols and their meaning", answer="Symbols", gives=(JSON,))
async def get_symbols(request: Request, _: CommonParameters) -> Response:
    document = load_symbols().model_dump(mode="json")
    return build_tagged_response(request, json.dumps(document, ensure_ascii=False).encode(), "application/json")
