"""Descriptions of tiles: OGC's lists and descriptions of tile sets, the tile matrix set, and TileJSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.auth.session import ReadConnection
from api.collections.passed_parameters import ForwardedQuery, QueryToForward, filter_forwarded_query
from api.collections.query import FeaturesRequest
from api.collections.registry import NOTICE, Collection, CommonParameters, RequiredCollection
from api.database.as_of import resolve_as_of
from api.exceptions import NotFound
from api.parameters.places import refuse_unknown_places
from api.responses.attribution import ATTRIBUTION
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import GEOJSON, Link, build_self_links, build_url, get_query_values, render_document
from api.tiles.fields import MAX_CLUSTER_ZOOM, MAX_ZOOM, describe_vector_fields
from api.tiles.parameters import MVT, parse_tile_request, remove_list_parameters
from api.values.datetimes import format_days, format_moment, get_today
from geo.crs import EPSG_URI
from geo.tile_matrix import MERCATOR_LATITUDE, build_tile_matrices

router = APIRouter()
Json = dict[str, Any]
QUAD = "WebMercatorQuad"
TILE_MATRIX_SET_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
CRS = f"{EPSG_URI}3857"


@router.api_route("/tileMatrixSets", methods=["GET", "HEAD"])
async def list_tile_matrix_sets(request: Request, _: CommonParameters) -> Response:
    link = {"rel": "self", "type": "application/json", "href": build_url(request, f"/tileMatrixSets/{QUAD}")}
    listed = [
        {"id": QUAD, "title": "Google Maps Compatible for the World", "uri": TILE_MATRIX_SET_URI, "links": [link]}
    ]
    return JSONResponse({"tileMatrixSets": listed, "links": build_self_links(request)})


@router.api_route("/tileMatrixSets/{name}", methods=["GET", "HEAD"])
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


@router.api_route("/collections/{collection_id}/tilejson", methods=["GET", "HEAD"])
async def get_tilejson(
    request: Request,
    collection: RequiredCollection,
    connection: ReadConnection,
    tile_request: Annotated[FeaturesRequest, Depends(parse_tile_request)],
) -> Response:
    """Return TileJSON 3.0 of the tiles of this request: the address of the tiles has its filters and both clocks."""
    parameters, query = tile_request
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    clocks = {"datetime": format_days(query.question.days), "as_known_at": format_moment(knowledge.moment)}
    extent = (await connection.execute(collection.extent(get_today()))).one()
    example = await fetch_example_notes(request)
    return JSONResponse(
        {
            "tilejson": "3.0.0",
            "name": collection.title,
            "description": " ".join([*example, collection.description]),
            "attribution": " ".join([*example, ATTRIBUTION, NOTICE]),
            "scheme": "xyz",
            "tiles": [build_tile_template(request, collection, parameters.f or "mvt", **clocks)],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            "bounds": _clip_bounds(extent.box),
            "vector_layers": [{"id": collection.id, "fields": describe_vector_fields(collection)}],
        }
    )


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
    forms = (("Vector tiles", MVT, "mvt"), ("GeoJSON tiles", GEOJSON, "geojson"))
    tiles: list[Any] = [
        {
            "rel": "item",
            "type": media_type,
            "title": title,
            "href": build_url(request, path, f=form, **drawn).replace("?", f"{numbers}?", 1),
            "templated": True,
        }
        for title, media_type, form in forms
    ]
    return [scheme, *tiles]


def build_tile_template(request: Request, collection: Collection, ending: str, **changed: str | None) -> str:
    """Build the address of the tiles of this request, with braces for their numbers."""
    path = f"/collections/{collection.id}/tiles"
    query = get_query_values(request) | {"f": None} | changed
    of_one = build_url(request, f"{path}/z/x/y.{ending}", **query)
    return of_one.replace(f"{path}/z/x/y.", f"{path}/{{z}}/{{x}}/{{y}}.", 1)


def _clip_bounds(box: list[float] | None) -> list[float]:
    west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
    return [west, max(south, -MERCATOR_LATITUDE), east, min(north, MERCATOR_LATITUDE)]
