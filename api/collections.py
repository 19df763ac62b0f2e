"""The collections, and the documents that describe them (OGC API - Features Part 1, 7.13 and 7.14)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.connection import Reading
from api.formats.format import FILES, Format
from api.not_found import NotFound
from api.parameters import (
    ChangesParameters,
    CountriesParameters,
    FeaturesParameters,
    Parameters,
    PointsParameters,
    RestrictionsParameters,
    parsed,
)
from api.representation import GEOJSON, SCHEMA, STYLE, Link, address, answer, self_links
from api.take_away import take_away
from api.time_parameters import today
from geo.crs import CRS84, offered
from models.change_answers import changes_answering, changes_matched
from models.country_answers import countries_answering, countries_matched
from models.extent import country_extent, point_extent, restriction_extent
from models.point_answers import points_answering, points_matched
from models.question import Question, asked
from models.restriction_answers import restrictions_answering, restrictions_matched
from models.time_axes import Days

router = APIRouter()
# Items on the map of a collection's page.
DRAWN = 1000
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
# GDAL before 3.7 looks for the relation as it was once written; without it, what is null in the first rows is text.
DESCRIBED_BY = ("describedby", "describedBy")
KEYWORDS = ("points of entry", "borders", "mobility restrictions", "airports", "ports", "COVID-19")
QGIS_STYLE = "application/vnd.qgis.qml"
NOTICE = "Boundaries and names shown do not imply official endorsement or acceptance, or any opinion on any status."


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: what it is called, what it can be asked by, and the statements that answer."""

    id: str
    title: str
    description: str
    parameters: type[FeaturesParameters]
    answering: Callable[[Question], Select[*tuple[Any, ...]]]
    matched: Callable[[Question], Select[int]]
    extent: Callable[[dt.date], Select[*tuple[Any, ...]]]
    # What an item is called in a sentence, how its id is written in an address, and by what pages go.
    item: str
    identity: type[str] | type[int]
    key: type[str] | type[int]
    geometry: Literal["Point", "MultiPolygon"] = "Point"

    def days_by_default(self, today: dt.date) -> Days:
        """The days asked about when `datetime` is not given."""
        return self.parameters().question(today, None).days


COLLECTIONS = {
    collection.id: collection
    for collection in (
        Collection(
            "points-of-entry",
            "Points of entry",
            "Airports, land and blue border points and internal transit points, each with its entry in the register, "
            "what held there on the day asked about (`datetime`, default today), and its country's measures that day.",
            PointsParameters,
            points_answering,
            points_matched,
            point_extent,
            "point of entry",
            str,
            int,
        ),
        Collection(
            "restrictions",
            "Restrictions",
            "One feature for every record of what held at a point of entry, from `valid_from` up to and not including "
            "`valid_to`; all days unless `datetime` asks for those that hold on some.",
            RestrictionsParameters,
            restrictions_answering,
            restrictions_matched,
            restriction_extent,
            "restriction",
            int,
            int,
        ),
        Collection(
            "changes",
            "Changes",
            "Points of entry where something else holds on the last of the days asked about than on the first "
            "(`datetime=first/last`, default the last week): what held before, and what holds since.",
            ChangesParameters,
            changes_answering,
            changes_matched,
            point_extent,
            "change",
            str,
            int,
        ),
        Collection(
            "countries",
            "Countries, territories and areas",
            f"The measures in force on the day asked about and the points of entry counted by status. {NOTICE}",
            CountriesParameters,
            countries_answering,
            countries_matched,
            country_extent,
            "country",
            str,
            str,
            "MultiPolygon",
        ),
    )
}


async def collection_named(collection_id: str) -> Collection:
    """Dependency giving the collection in the path. Raises NotFound."""
    if collection_id not in COLLECTIONS:
        raise NotFound(f"there is no collection {collection_id!r}; there are {', '.join(COLLECTIONS)}")
    return COLLECTIONS[collection_id]


NamedCollection = Annotated[Collection, Depends(collection_named)]
Plain = Annotated[Parameters, Depends(parsed(Parameters))]


@router.api_route("/collections", methods=["GET", "HEAD"])
async def read_collections(request: Request, connection: Reading, _: Plain) -> Response:
    described = [await describe(request, connection, collection) for collection in COLLECTIONS.values()]
    document = {
        "title": "Collections",
        "crs": list(offered()),
        "collections": described,
        "links": self_links(request),
    }
    return answer(request, "collections.html", document)


@router.api_route("/collections/{collection_id}", methods=["GET", "HEAD"])
async def read_collection(request: Request, collection: NamedCollection, connection: Reading, _: Plain) -> Response:
    document = await describe(request, connection, collection)
    document["links"] = [*self_links(request), *document["links"][1:]]
    return answer(request, "collection.html", document, taken=take_away(request, collection.id), drawn=DRAWN)


def _file_link(request: Request, path: str, collection: Collection, form: Format) -> Link:
    """A GeoPackage is the whole in one file; the others are items too."""
    return {
        "rel": "enclosure" if form.name == "gpkg" else "items",
        "type": form.media_type,
        "title": f"{collection.title} as {form.title}",
        "href": address(request, f"{path}/items", f=form.name),
    }


async def describe(request: Request, connection: AsyncConnection, collection: Collection) -> dict[str, Any]:
    """The document of the collection."""
    extent = (await connection.execute(collection.extent(today()))).one()
    count = await connection.scalar(*asked(collection.matched, collection.parameters().question(today(), None)))
    interval = [day and f"{day.isoformat()}T00:00:00Z" for day in (extent.first_day, extent.last_day)]
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "keywords": list(KEYWORDS),
        "itemType": "feature",
        "itemCount": count,
        "crs": [CRS84.uri, "#/crs"],
        "storageCrs": CRS84.uri,
        "extent": {
            "spatial": {"bbox": [extent.box or [-180, -90, 180, 90]], "crs": CRS84.uri},
            "temporal": {"interval": [interval], "trs": GREGORIAN},
        },
        "links": _links(request, collection),
    }


def _links(request: Request, collection: Collection) -> list[Link]:
    path = f"/collections/{collection.id}"
    return [
        {"rel": "self", "type": "application/json", "title": collection.title, "href": address(request, path)},
        {
            "rel": "items",
            "type": GEOJSON,
            "title": f"{collection.title} as GeoJSON",
            "href": address(request, f"{path}/items", f="json"),
        },
        {
            "rel": "items",
            "type": "text/html",
            "title": f"{collection.title} as a page",
            "href": address(request, f"{path}/items", f="html"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "type": SCHEMA,
            "title": "What can be filtered by",
            "href": address(request, f"{path}/queryables", f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/sortables",
            "type": SCHEMA,
            "title": "What can be sorted by",
            "href": address(request, f"{path}/sortables", f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/schema",
            "type": SCHEMA,
            "title": "The properties of an item",
            "href": address(request, f"{path}/schema", f="json"),
        },
        *(
            {
                "rel": rel,
                "type": SCHEMA,
                "title": "JSON Schema of an item as GeoJSON",
                "href": address(request, f"{path}/item-schema", f="json"),
            }
            for rel in DESCRIBED_BY
        ),
        # All as GeoJSON has the media type of a page: a client that follows pages must not come to it.
        *(_file_link(request, path, collection, form) for form in FILES if form.name != "geojson"),
        {
            "rel": "style",
            "type": QGIS_STYLE,
            "title": f"{collection.title}: style for QGIS",
            "href": address(request, f"/qgis/{collection.id}.qml"),
        },
        {
            "rel": "style",
            "type": STYLE,
            "title": f"{collection.title}: style for web maps",
            "href": address(request, f"/styles/{collection.id}"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
            "type": "application/json",
            "title": "Tiles",
            "href": address(request, f"{path}/tiles", f="json"),
        },
        {
            "rel": "describedby",
            "type": "application/json",
            "title": "TileJSON 3.0, for web maps",
            "href": address(request, f"{path}/tilejson"),
        },
        {"rel": "license", "type": "text/html", "title": "Sources and licences", "href": address(request, "/sources")},
    ]
