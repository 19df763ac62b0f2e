"""Descriptions of tiles: OGC's lists and descriptions of tile sets, the tile matrix set, and TileJSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.asked_features import AskedFeatures
from api.attribution import ATTRIBUTION
from api.collections import NOTICE, Collection, NamedCollection, Plain
from api.connection import Reading
from api.example_notice import example_notes
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.passed_parameters import Passed, PassedOn, taken_by
from api.places import refuse_unknown_places
from api.representation import GEOJSON, Link, address, answer, query_of, self_links
from api.tiles.asked_tile import MVT, asked_tile, without_lists
from api.tiles.layer import DEEPEST_ZOOM, GATHERED_UP_TO, vector_fields
from api.time_parameters import days_text, moment_text, today
from geo.crs import OF_EPSG
from geo.tile import MERCATOR_LATITUDE, tile_matrices

router = APIRouter()
Json = dict[str, Any]
QUAD = "WebMercatorQuad"
DEFINED_AT = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
CRS = f"{OF_EPSG}3857"


@router.api_route("/tileMatrixSets", methods=["GET", "HEAD"])
async def read_tile_matrix_sets(request: Request, _: Plain) -> Response:
    link = {"rel": "self", "type": "application/json", "href": address(request, f"/tileMatrixSets/{QUAD}")}
    listed = [{"id": QUAD, "title": "Google Maps Compatible for the World", "uri": DEFINED_AT, "links": [link]}]
    return JSONResponse({"tileMatrixSets": listed, "links": self_links(request)})


@router.api_route("/tileMatrixSets/{name}", methods=["GET", "HEAD"])
async def read_tile_matrix_set(name: str, _: Plain) -> Response:
    """Return the tile matrix set of the OGC Two Dimensional Tile Matrix Set standard, 2.0, to the deepest tiles."""
    if name != QUAD:
        raise NotFound(f"there is no tile matrix set {name!r}; there is {QUAD}")
    return JSONResponse(
        {
            "id": QUAD,
            "title": "Google Maps Compatible for the World",
            "uri": DEFINED_AT,
            "crs": CRS,
            "orderedAxes": ["X", "Y"],
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "tileMatrices": tile_matrices(DEEPEST_ZOOM),
        }
    )


@router.api_route("/collections/{collection_id}/tiles", methods=["GET", "HEAD"])
async def read_tilesets(request: Request, collection: NamedCollection, passed: PassedOn) -> Response:
    document = {
        "title": f"Tiles of {collection.title.lower()}",
        "description": " ".join([*await example_notes(request), collection.description]),
        "tilesets": [_described(request, collection, passed)],
        "links": self_links(request),
    }
    return answer(request, "tilesets.html", document, collection=collection, gathered=GATHERED_UP_TO)


@router.api_route("/collections/{collection_id}/tiles/WebMercatorQuad", methods=["GET", "HEAD"])
async def read_tileset(request: Request, collection: NamedCollection, passed: PassedOn) -> Response:
    """Return the tile set in full, with the address of its tiles."""
    layer = {
        "id": collection.id,
        "title": collection.title,
        "dataType": "vector",
        "geometryDimension": 0 if collection.geometry == "Point" else 2,
        "minTileMatrix": "0",
        "maxTileMatrix": str(DEEPEST_ZOOM),
    }
    description = " ".join([*await example_notes(request), collection.description])
    document = _described(request, collection, passed) | {"description": description, "layers": [layer]}
    return JSONResponse(document | {"links": [*self_links(request), *_links(request, collection, passed)]})


@router.api_route("/collections/{collection_id}/tilejson", methods=["GET", "HEAD"])
async def read_tilejson(
    request: Request,
    collection: NamedCollection,
    connection: Reading,
    tile_request: Annotated[AskedFeatures, Depends(asked_tile)],
) -> Response:
    """Return TileJSON 3.0 of the tiles of this request: the address of the tiles has its filters and both clocks."""
    parameters, query = tile_request
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    clocks = {"datetime": days_text(query.question.days), "as_known_at": moment_text(knowledge.moment)}
    extent = (await connection.execute(collection.extent(today()))).one()
    example = await example_notes(request)
    return JSONResponse(
        {
            "tilejson": "3.0.0",
            "name": collection.title,
            "description": " ".join([*example, collection.description]),
            "attribution": " ".join([*example, ATTRIBUTION, NOTICE]),
            "scheme": "xyz",
            "tiles": [tile_template(request, collection, parameters.f or "mvt", **clocks)],
            "minzoom": 0,
            "maxzoom": DEEPEST_ZOOM,
            "bounds": _bounds(extent.box),
            "vector_layers": [{"id": collection.id, "fields": vector_fields(collection)}],
        }
    )


def _described(request: Request, collection: Collection, passed: Passed) -> Json:
    path = f"/collections/{collection.id}/tiles/{QUAD}"
    return {
        "title": collection.title,
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": DEFINED_AT,
        "links": [
            {"rel": "self", "type": "application/json", "href": address(request, path, **passed)},
            *_links(request, collection, passed),
        ],
    }


def _links(request: Request, collection: Collection, passed: Passed) -> list[Link]:
    scheme = {"rel": SCHEME, "type": "application/json", "href": address(request, f"/tileMatrixSets/{QUAD}")}
    path, numbers = f"/collections/{collection.id}/tiles/{QUAD}", "/{tileMatrix}/{tileRow}/{tileCol}"
    drawn = without_lists(taken_by(collection, passed))
    forms = (("Vector tiles", MVT, "mvt"), ("GeoJSON tiles", GEOJSON, "geojson"))
    tiles: list[Any] = [
        {
            "rel": "item",
            "type": media_type,
            "title": title,
            "href": address(request, path, f=form, **drawn).replace("?", f"{numbers}?", 1),
            "templated": True,
        }
        for title, media_type, form in forms
    ]
    return [scheme, *tiles]


def tile_template(request: Request, collection: Collection, ending: str, **changed: str | None) -> str:
    """Build the address of the tiles of this request, with braces for their numbers."""
    path = f"/collections/{collection.id}/tiles"
    query = query_of(request) | {"f": None} | changed
    of_one = address(request, f"{path}/z/x/y.{ending}", **query)
    return of_one.replace(f"{path}/z/x/y.", f"{path}/{{z}}/{{x}}/{{y}}.", 1)


def _bounds(box: list[float] | None) -> list[float]:
    west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
    return [west, max(south, -MERCATOR_LATITUDE), east, min(north, MERCATOR_LATITUDE)]
