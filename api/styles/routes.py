"""Addresses of styles: of the basemap, and of each collection on it with the filters of the address."""

import json
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, create_model
from sqlalchemy.ext.asyncio import AsyncConnection

from api.attribution import ATTRIBUTION, ATTRIBUTION_OF_BASEMAP
from api.basemap import DEEPEST_ZOOM as DEEPEST_OF_BASEMAP
from api.collections import COLLECTIONS, NOTICE, Collection, Plain
from api.connection import Reading
from api.entity_tag import tagged
from api.example_notice import example_notice
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.parameters import FeaturesParameters, Parameters, parsed
from api.places import refuse_unknown_places
from api.queryables import parameters_of
from api.representation import STYLE, address, self_links
from api.stale_after import stale_until
from api.styles.basemap_layers import SOURCE, Language, Layer, above, below
from api.styles.collection_layers import collection_layers
from api.tiles.asked_tile import refuse_of_lists
from api.tiles.layer import DEEPEST_ZOOM
from api.tiles.tilesets import tile_template
from api.time_parameters import days_text, moment_text, today

router = APIRouter()
Json = dict[str, Any]
BASEMAP = "basemap"
GLYPHS = "/static/glyphs/"
FORM: Any = (Literal["json"] | None, Field(None, description="Representation of the answer."))
LANGUAGE: Any = (Language, Field("en", description="Language of the names of countries and towns: en, fr, es or ar."))


NOTICES: dict[Language, str] = {
    "en": NOTICE,
    "fr": "Les frontières et les noms indiqués n'impliquent ni reconnaissance ni acceptation officielles, ni opinion "
    "sur aucun statut.",
    "es": "Las fronteras y los nombres indicados no implican aprobación ni aceptación oficial, ni opinión sobre ningún "
    "estatuto.",
    "ar": "لا تعني الحدود والأسماء المبينة أي تأييد أو قبول رسمي، ولا أي رأي بشأن أي وضع قانوني.",
}


class BasemapParameters(Parameters):
    """Parameters of the basemap's style."""

    lang: Language = Field("en", description=LANGUAGE[1].description)


@cache
def style_parameters_of(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of a collection's style: the parameters of its tiles, and the language of names."""
    return create_model(f"Style of {collection.id}", __base__=parameters_of(collection), lang=LANGUAGE, f=FORM)


@router.api_route("/styles", methods=["GET", "HEAD"])
async def read_styles(request: Request, _: Plain) -> Response:
    titles = {BASEMAP: "Basemap"} | {collection.id: collection.title for collection in COLLECTIONS.values()}
    listed = [
        {
            "id": name,
            "title": title,
            "links": [{"rel": "stylesheet", "type": STYLE, "href": address(request, f"/styles/{name}")}],
        }
        for name, title in titles.items()
    ]
    return JSONResponse({"styles": listed, "links": self_links(request)})


@router.api_route("/styles/basemap", methods=["GET", "HEAD"])
async def read_basemap_style(
    request: Request, parameters: Annotated[BasemapParameters, Depends(parsed(BasemapParameters))]
) -> Response:
    return _answered(request, "Basemap", parameters.lang, {}, [*below(), *above(parameters.lang)])


@router.api_route("/styles/{collection_id}", methods=["GET", "HEAD"])
async def read_style(request: Request, collection_id: str, connection: Reading) -> Response:
    """Return the style of the collection on the basemap; the addresses of its tiles contain its filters and both
    clocks.
    """
    if collection_id not in COLLECTIONS:
        raise NotFound(f"there is no style {collection_id!r}; there are {', '.join((BASEMAP, *COLLECTIONS))}")
    collection = COLLECTIONS[collection_id]
    refuse_of_lists(request)
    parameters: Any = await parsed(style_parameters_of(collection))(request)
    source = await _source(request, connection, collection, parameters)
    drawn = collection_layers(collection, stale_until(parameters.question(today(), None).days.last))
    is_area = collection.geometry != "Point"
    layers = [*below(), *drawn, *above(parameters.lang)] if is_area else [*below(), *above(parameters.lang), *drawn]
    return _answered(request, collection.title, parameters.lang, {collection.id: source}, layers)


async def _source(
    request: Request,
    connection: AsyncConnection,
    collection: Collection,
    parameters: Any,  # noqa: ANN401 - parameters of a model built for the collection
) -> Json:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    days = parameters.question(today(), None).days
    clocks = {"datetime": days_text(days), "as_known_at": moment_text(knowledge.moment)}
    attribution = " ".join(filter(None, [await example_notice(request, parameters.lang), ATTRIBUTION]))
    tiles = tile_template(request, collection, "mvt", lang=None, **clocks)
    return {"type": "vector", "tiles": [tiles], "maxzoom": DEEPEST_ZOOM, "attribution": attribution}


def _answered(request: Request, title: str, language: Language, sources: Json, layers: list[Layer]) -> Response:
    tiles = address(request, "/basemap/z/x/y.mvt").replace("z/x/y.mvt", "{z}/{x}/{y}.mvt")
    basemap = {
        "type": "vector",
        "tiles": [tiles],
        "maxzoom": DEEPEST_OF_BASEMAP,
        "promoteId": {"countries": "iso3"},
        "attribution": f"{ATTRIBUTION_OF_BASEMAP} {NOTICES[language]}",
    }
    document = {
        "version": 8,
        "name": f"Crossings: {title}",
        "glyphs": address(request, GLYPHS) + "{fontstack}/{range}.pbf",
        "sources": {SOURCE: basemap} | sources,
        "layers": layers,
    }
    return tagged(request, json.dumps(document, ensure_ascii=False).encode(), STYLE)
