"""Proposed point as an item, visible only to the offices concerned."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, Caller, has_key, identify_caller
from api.collections.registry import Collection
from api.responses.representation import GEOJSON
from geo.crs import CRS84
from models.recording.proposals import select_proposals
from models.tables.point_of_entry import PointOfEntry
from models.tables.point_properties import POINT_PROPERTIES

Json = dict[str, Any]


async def fetch_proposed_item(
    request: Request, connection: AsyncConnection, collection: Collection, item_id: str
) -> Response | None:
    """Return the proposed item to a request with a key, because QGIS requests the item that it has just created.

    Always in longitude and latitude, without regard to `crs`. Raises NotAuthenticated if the key is invalid.
    """
    if not collection.is_register or not has_key(request):
        return None
    feature = await fetch_proposed_feature(connection, await identify_caller(request, connection), item_id)
    headers = PRIVATE | {"Content-Crs": f"<{CRS84.uri}>", "Vary": "Authorization, X-API-Key"}
    return JSONResponse(feature, 200, headers, GEOJSON) if feature else None


async def fetch_proposed_feature(connection: AsyncConnection, caller: Caller, code: str) -> Json | None:
    """Fetch the feature, if the caller may see the proposal."""
    statement = select_proposals(sorted(caller.countries | caller.reviewed_countries))
    entry = (await connection.execute(statement.where(PointOfEntry.code == code))).mappings().one_or_none()
    if entry is None:
        return None
    place = {"type": "Point", "coordinates": [entry["longitude"], entry["latitude"]]}
    properties = {each.name: entry[each.name] for each in POINT_PROPERTIES if each.in_proposals} | {
        "lifecycle": "proposed",
        "source": entry["office"],
    }
    return {"type": "Feature", "id": code, "geometry": place, "properties": properties}
