"""Editing items as clients do: features to make, and what is told of those that are refused."""

from typing import Any

import httpx
from helpers.http import RESTRICTIONS, Document, get_json
from helpers.offices import Headers

POINT = "OA-4610"
NEW = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [20.5, 44]},
    "properties": {"name": "Ivanjica / Ивањица", "poe_type": "internal_transit_point", "country": "SRB"},
}
CLOSED = {
    "type": "Feature",
    "geometry": None,
    "properties": {
        "code": POINT,
        "operational_status": "closed",
        "valid_from": "2020-03-20",
        "valid_to": "2020-05-11",
        "measures": ["movement_restricted", "mandatory_quarantine"],
        "affected_populations": ["nationals", "regular_travellers"],
        "comment": "Decree 33",
    },
}


async def create_item(client: httpx.AsyncClient, headers: Headers, path: str = RESTRICTIONS, **properties: Any) -> str:
    """The path of an item that is made, with these properties beside its own."""
    feature = CLOSED if path == RESTRICTIONS else NEW
    body: Document = feature | {"properties": {**feature["properties"], **properties}}  # type: ignore[dict-item]
    response = await client.post(path, json=body, headers=headers)
    assert response.status_code == 201, response.text
    return httpx.URL(response.headers["location"]).path


async def patch_item(client: httpx.AsyncClient, path: str, headers: Headers, **properties: Any) -> httpx.Response:
    return await client.patch(path, json={"properties": properties}, headers=headers)


def read_reasons(response: httpx.Response) -> dict[str, str]:
    """What is wrong with each property."""
    document = response.json()
    named = {each["property"]: each["reason"] for each in document.get("errors", ())}
    problems = [problem for row in document.get("rows", ()) for problem in row["problems"]]
    return named | {problem["column"]: problem["message"] for problem in problems if problem["severity"] == "error"}


async def get_current_restrictions(client: httpx.AsyncClient, code: str = POINT) -> list[Document]:
    """The restrictions of the point that are believed now, in the order of days."""
    page = await get_json(client, RESTRICTIONS, code=code, sortby="valid_from")
    return [feature["properties"] for feature in page["features"]]
