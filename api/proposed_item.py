"""A point that was proposed, as an item, for the offices that it concerns: for everybody else there is none yet."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import PRIVATE, Caller, has_key, identify
from api.collections import Collection
from api.representation import GEOJSON
from geo.crs import CRS84
from models.point_of_entry import PointOfEntry
from models.proposals import proposed_points

Json = dict[str, Any]
PROPERTIES = (
    *("code", "name", "poe_type", "country", "other_country", "iata", "icao", "unlocode", "official_status"),
    "opening_hours",
)


async def proposed_item(
    request: Request, connection: AsyncConnection, collection: Collection, item_id: str
) -> Response | None:
    """The answer to a request that comes with a key: QGIS looks at what it has just made.

    In longitude and latitude, whatever `crs` says. Raises NotAuthenticated if the key is not good.
    """
    if collection.id != "points-of-entry" or not has_key(request):
        return None
    feature = await proposed_feature(connection, await identify(request, connection), item_id)
    headers = PRIVATE | {"Content-Crs": f"<{CRS84.uri}>", "Vary": "Authorization, X-API-Key"}
    return JSONResponse(feature, 200, headers, GEOJSON) if feature else None


async def proposed_feature(connection: AsyncConnection, caller: Caller, code: str) -> Json | None:
    """The feature, if the point's proposal is for the caller to see."""
    seen = proposed_points(sorted(caller.countries | caller.reviewed_countries))
    entry = (await connection.execute(seen.where(PointOfEntry.code == code))).mappings().one_or_none()
    if entry is None:
        return None
    place = {"type": "Point", "coordinates": [entry["longitude"], entry["latitude"]]}
    properties = {name: entry[name] for name in PROPERTIES} | {"lifecycle": "proposed", "source": entry["office"]}
    return {"type": "Feature", "id": code, "geometry": place, "properties": properties}
