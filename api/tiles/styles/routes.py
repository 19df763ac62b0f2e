"""Addresses of styles: of the basemap, and of each collection on it with the filters of the address."""

import json
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, create_model
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.session import ReadConnection
from api.collections.parameters import FeaturesParameters
from api.collections.property_filters import build_items_parameters
from api.collections.registry import COLLECTIONS, NOTICE, Collection, CommonParameters
from api.database.as_of import resolve_as_of
from api.exceptions import NotFound
from api.parameters.operation import JSON, Operation
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import ClocksParameters, Parameters, build_query_parser
from api.responses.attribution import ATTRIBUTION, BASEMAP_ATTRIBUTION
from api.responses.etag import build_tagged_response
from api.responses.example_notice import fetch_example_notice
from api.responses.representation import STYLE, build_self_links, build_url
from api.responses.stale_after import compute_stale_until
from api.tiles.basemap import MAX_BASEMAP_ZOOM as DEEPEST_OF_BASEMAP
from api.tiles.fields import MAX_ZOOM
from api.tiles.parameters import FILTERS_NOTE, refuse_list_parameters
from api.tiles.styles.basemap_layers import SOURCE, Language, Layer, build_lower_layers, build_upper_layers
from api.tiles.styles.collection_layers import build_collection_layers
from api.tiles.tilejson import build_tile_template
from api.values.datetimes import format_days, format_moment, get_today

router = APIRouter()
Json = dict[str, Any]
BASEMAP = "basemap"
GLYPHS = "/static/glyphs/"
FORMAT_FIELD: Any = (Literal["json"] | None, Field(None, description="Format of the response."))
LANGUAGE_FIELD: Any = (
    Language,
    Field("en", description="Language of country and town names: en, fr, es or ar."),
)


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

    lang: Language = Field("en", description=LANGUAGE_FIELD[1].description)


class CollectionStyleParameters(ClocksParameters):
    """Parameters that all styles have, beside the filters of the items."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    lang: Language = Field("en", description="Language of country names: en, fr, es or ar.")


@cache
def build_style_parameters(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of a collection's style: the parameters of its tiles, and the language of names."""
    return create_model(
        f"Style of {collection.id}", __base__=build_items_parameters(collection), lang=LANGUAGE_FIELD, f=FORMAT_FIELD
    )


@router.api_route("/styles", methods=["GET", "HEAD"])
@Operation("getStyles", "Styles for web maps", answer="StyleList", gives=(JSON,))
async def list_styles(request: Request, _: CommonParameters) -> Response:
    titles = {BASEMAP: "Basemap"} | {collection.id: collection.title for collection in COLLECTIONS.values()}
    listed = [
        {
            "id": name,
            "title": title,
            "links": [{"rel": "stylesheet", "type": STYLE, "href": build_url(request, f"/styles/{name}")}],
        }
        for name, title in titles.items()
    ]
    return JSONResponse({"styles": listed, "links": build_self_links(request)})


@router.api_route("/styles/basemap", methods=["GET", "HEAD"])
@Operation("getBasemapStyle", "Style of the basemap", answer="Style", gives=(STYLE,))
async def get_basemap_style(
    request: Request, parameters: Annotated[BasemapParameters, Depends(build_query_parser(BasemapParameters))]
) -> Response:
    return _build_response(
        request, "Basemap", parameters.lang, {}, [*build_lower_layers(), *build_upper_layers(parameters.lang)]
    )


@router.api_route("/styles/{collection_id}", methods=["GET", "HEAD"])
@Operation(
    "getStyle",
    f"Style for web maps; {FILTERS_NOTE}",
    parameters=CollectionStyleParameters,
    answer="Style",
    gives=(STYLE,),
)
async def get_style(request: Request, collection_id: str, connection: ReadConnection) -> Response:
    """Return the style of the collection on the basemap; the addresses of its tiles contain its filters and both
    clocks.
    """
    if collection_id not in COLLECTIONS:
        raise NotFound(f"unknown style {collection_id!r}; expected one of {', '.join((BASEMAP, *COLLECTIONS))}")
    collection = COLLECTIONS[collection_id]
    refuse_list_parameters(request)
    parameters: Any = await build_query_parser(build_style_parameters(collection))(request)
    source = await _build_source(request, connection, collection, parameters)
    drawn = build_collection_layers(
        collection, compute_stale_until(parameters.build_filter(get_today(), None).days.last)
    )
    is_area = collection.geometry != "Point"
    layers = (
        [*build_lower_layers(), *drawn, *build_upper_layers(parameters.lang)]
        if is_area
        else [*build_lower_layers(), *build_upper_layers(parameters.lang), *drawn]
    )
    return _build_response(request, collection.title, parameters.lang, {collection.id: source}, layers)


async def _build_source(
    request: Request,
    connection: AsyncConnection,
    collection: Collection,
    parameters: Any,  # noqa: ANN401 - parameters of a model built for the collection
) -> Json:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    days = parameters.build_filter(get_today(), None).days
    clocks = {"datetime": format_days(days), "as_known_at": format_moment(knowledge.moment)}
    attribution = " ".join(filter(None, [await fetch_example_notice(request, parameters.lang), ATTRIBUTION]))
    tiles = build_tile_template(request, collection, "mvt", lang=None, **clocks)
    return {"type": "vector", "tiles": [tiles], "maxzoom": MAX_ZOOM, "attribution": attribution}


def _build_response(request: Request, title: str, language: Language, sources: Json, layers: list[Layer]) -> Response:
    tiles = build_url(request, "/basemap/z/x/y.mvt").replace("z/x/y.mvt", "{z}/{x}/{y}.mvt")
    basemap = {
        "type": "vector",
        "tiles": [tiles],
        "maxzoom": DEEPEST_OF_BASEMAP,
        "promoteId": {"countries": "iso3"},
        "attribution": f"{BASEMAP_ATTRIBUTION} {NOTICES[language]}",
    }
    document = {
        "version": 8,
        "name": f"Crossings: {title}",
        "glyphs": build_url(request, GLYPHS) + "{fontstack}/{range}.pbf",
        "sources": {SOURCE: basemap} | sources,
        "layers": layers,
    }
    return build_tagged_response(request, json.dumps(document, ensure_ascii=False).encode(), STYLE)
