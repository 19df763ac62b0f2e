"""How maps show the data: one definition, `symbols.json` beside this file, for the web map and for QGIS.

Blue, amber and dark red differ in lightness as well as in hue: they stay apart for colour-blind readers and in grey
print. Status groups stand in their drawing order, points not assessed before them all, so that a closed point is
never hidden by an open one. A point that no office looked at for the day is drawn as an empty ring.

The file is JSON, because the build of the browser's part reads it as it is.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.collections import Plain
from api.entity_tag import tagged

router = APIRouter()
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Shape = Literal["circle", "diamond", "square", "triangle"]


class Category(BaseModel):
    """What a colour stands for; `value` is that of the property, None where it has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str | int | None
    label: str
    colour: Colour


class TypeSymbol(BaseModel):
    """What a shape stands for: a code of `poe_type`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str
    label: str
    shape: Shape


class Symbols(BaseModel):
    """The whole definition. `status_groups` are in drawing order, the last above the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status_groups: tuple[Category, ...]
    not_assessed: Category
    poe_types: tuple[TypeSymbol, ...]
    travel_levels: tuple[Category, ...]
    no_level: Category


@cache
def symbols() -> Symbols:
    """The definition. Raises pydantic's ValidationError where the file is not as described."""
    return Symbols.model_validate_json((files("api") / "symbols.json").read_bytes())


@router.api_route("/symbols", methods=["GET", "HEAD"])
async def read_symbols(request: Request, _: Plain) -> Response:
    document = symbols().model_dump(mode="json")
    return tagged(request, json.dumps(document, ensure_ascii=False).encode(), "application/json")
