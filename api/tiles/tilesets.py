"""Descriptions of tiles: OGC's lists and descriptions of tile sets, the tile matrix set, and TileJSON."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.collections.passed_parameters import ForwardedQuery, QueryToForward, filter_forwarded_query
from api.collections.registry import Collection, CommonParameters, RequiredCollection
from api.exceptions import NotFound
from api.parameters.operation import JSON, Operation
from api.parameters.shared import Parameters
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import Link, build_self_links, build_url, render_document
from api.tiles.fields import MAX_CLUSTER_ZOOM, MAX_ZOOM
from api.tiles.formats import FORMAT_ORDER
from api.tiles.parameters import TILES_PREFIX, remove_list_parameters
from geo.crs import EPSG_URI
from geo.tile_matrix import build_tile_matrices

router = APIRouter()
Json = dict[str, Any]
QUAD = "WebMercatorQuad"
TILE_MATRIX_SET_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
CRS = f"{EPSG_URI}3857"


@router.api_route("/tileMatrixSets", methods=["GET", "HEAD"])
@Operation("getTileMatrixSetsList", "Tile matrix sets", answer="TileMatrixSetList", gives=(JSON,))
async def list_tile_matrix_sets(request: Request, _: CommonParameters) -> Response:
    link = {"rel": "self", "type": "application/json", "href": build_url(request, f"/tileMatrixSets/{QUAD}")}
    listed = [
        {"id": QUAD, "title": "Google Maps Compatible for the World", "uri": TILE_MATRIX_SET_URI, "links": [link]}
    ]
    return JSONResponse({"tileMatrixSets": listed, "links": build_self_links(request)})


@router.api_route("/tileMatrixSets/{name}", methods=["GET", "HEAD"])
@Operation("getTileMatrixSet", "One tile matrix set", answer="TileMatrixSet", gives=(JSON,))
async def get_tile_matrix_set(name: str, _: CommonParameters) -> Response:
    """Return the tile matrix set of the OGC Two Dimensional Tile Matrix Set standard, 2.0, to the deepest tiles."""
    if name != QUAD:
        raise NotFound(f"unknown tile matrix set {name!r}; expected {QUAD}")
    return JSONResponse(
        {
            "id": QUAD,
            "title": "Google Maps Compatible for the World",
            "uri": TILE_MATRIX_SET_URI,
            "crs": CRS,
            "orderedAxes": ["X", "Y"],
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "tileMatrices": build_tile_matrices(MAX_ZOOM),
        }
    )


@router.api_route("/collections/{collection_id}/tiles", methods=["GET", "HEAD"])
@Operation(f"{TILES_PREFIX}.getTileSetsList", "Tile sets", parameters=Parameters, answer="TileSetList")
async def list_tilesets(request: Request, collection: RequiredCollection, passed: QueryToForward) -> Response:
    document = {
        "title": f"Tiles of {collection.title.lower()}",
        "description": " ".join([*await fetch_example_notes(request), collection.description]),
        "tilesets": [_describe_tileset(request, collection, passed)],
        "links": build_self_links(request),
    }
    return render_document(
        request, "collections/tilesets.html", document, collection=collection, gathered=MAX_CLUSTER_ZOOM
    )


@router.api_route("/collections/{collection_id}/tiles/WebMercatorQuad", methods=["GET", "HEAD"])
@Operation(f"{TILES_PREFIX}.getTileSet", "The tile set", parameters=Parameters, answer="TileSet", gives=(JSON,))
async def get_tileset(request: Request, collection: RequiredCollection, passed: QueryToForward) -> Response:
    """Return the tile set in full, with the address of its tiles."""
    layer = {
        "id": collection.id,
        "title": collection.title,
        "dataType": "vector",
        "geometryDimension": 0 if collection.geometry == "Point" else 2,
        "minTileMatrix": "0",
        "maxTileMatrix": str(MAX_ZOOM),
    }
    description = " ".join([*await fetch_example_notes(request), collection.description])
    document = _describe_tileset(request, collection, passed) | {"description": description, "layers": [layer]}
    return JSONResponse(document | {"links": [*build_self_links(request), *_build_links(request, collection, passed)]})


def _describe_tileset(request: Request, collection: Collection, passed: ForwardedQuery) -> Json:
    path = f"/collections/{collection.id}/tiles/{QUAD}"
    return {
        "title": collection.title,
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": TILE_MATRIX_SET_URI,
        "links": [
            {"rel": "self", "type": "application/json", "href": build_url(request, path, **passed)},
            *_build_links(request, collection, passed),
        ],
    }


def _build_links(request: Request, collection: Collection, passed: ForwardedQuery) -> list[Link]:
    scheme = {"rel": SCHEME, "type": "application/json", "href": build_url(request, f"/tileMatrixSets/{QUAD}")}
    path, numbers = f"/collections/{collection.id}/tiles/{QUAD}", "/{tileMatrix}/{tileRow}/{tileCol}"
    drawn = remove_list_parameters(filter_forwarded_query(collection, passed))
    tiles: list[Any] = [
        {
            "rel": "item",
            "type": each.media_type,
            "title": each.title,
            "href": build_url(request, path, f=each.name, **drawn).replace("?", f"{numbers}?", 1),
            "templated": True,
        }
        for each in FORMAT_ORDER
    ]
    return [scheme, *tiles]
