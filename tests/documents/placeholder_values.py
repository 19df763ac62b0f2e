"""Things that the documents name, in a running service: points, updates that wait, webhooks, and who may do what."""

from collections.abc import Mapping
from typing import Any

import httpx
from helpers.offices import build_bearer, create_key, create_office
from sqlalchemy.ext.asyncio import AsyncEngine

Json = dict[str, Any]
OFFICE, REVIEWED_OFFICE = "belgrade", "nis"
POINT = "OA-4612"
# A port where nobody listens: an address is checked when it is given, and not whether it answers.
RECEIVER = "http://127.0.0.1:9/crossings"
CLOSED = {"point": "BEG", "assessed_on": "2020-04-15", "operational_status": "closed"}


async def issue_keys(engine: AsyncEngine) -> dict[str, str]:
    """Keys by role, and of the office whose updates are reviewed ("reviewed"), beginning with what may least."""
    async with engine.begin() as database:
        await create_office(database, OFFICE, regions=["SEEECA"])
        await create_office(database, REVIEWED_OFFICE, needs_review=True)
        keys = {role: (await create_key(database, OFFICE, role)).format() for role in ("office", "reviewer", "admin")}
        return keys | {"reviewed": (await create_key(database, REVIEWED_OFFICE)).format()}


def create_resources(service: httpx.Client, keys: Mapping[str, str]) -> dict[str, str]:
    """Post what addresses of the documents are about, and return what stands for what in them."""
    proposed = [_post(service, keys["office"], _build_new_point(number))["rows"][0]["point"] for number in (1, 2, 3)]
    _create(service, keys["reviewer"], f"/points-of-entry/{proposed[2]}/accept", REMARK)
    waiting = [_post(service, keys["reviewed"], CLOSED | {"comment": word})["id"] for word in "ab"]
    posted = [_post(service, keys["office"], CLOSED | {"point": point})["id"] for point in ("BEG", POINT)]
    hooks = [str(_create(service, keys["office"], "/webhooks", {"url": RECEIVER})["id"]) for _ in "ab"]
    return {
        "https://example.org/crossings": RECEIVER,
        "SRB-P0007": proposed[2],
        # As the service named it today.
        "crossings-SRB-2026-11-29.xlsx": "crossings-SRB-2*.xlsx",
        "/points-of-entry/{code}/accept": f"/points-of-entry/{proposed[0]}/accept",
        "/points-of-entry/{code}/decline": f"/points-of-entry/{proposed[1]}/decline",
        "/points-of-entry/{code}": f"/points-of-entry/{POINT}",
        "/submissions/{id}/return": f"/submissions/{waiting[1]}/return",
        "/submissions/{id}/publish": f"/submissions/{waiting[0]}/publish",
        "/submissions/{id}": f"/submissions/{posted[0]}",
        "DELETE /webhooks/{id}": f"DELETE /webhooks/{hooks[1]}",
        "/webhooks/{id}": f"/webhooks/{hooks[0]}",
        "/offices/{code}": f"/offices/{OFFICE}",
        "{featureId}": POINT,
        "/collections/{id}": "/collections/points-of-entry",
        "{collection}": "points-of-entry",
        "{z}/{x}/{y}": "5/17/11",
    }


def _build_new_point(number: int) -> Json:
    place = {"longitude": str(20 + number / 10), "latitude": "44", "country": "SRB"}
    return {"action": "new_point", "name": f"Crossing {number}", "poe_type": "land_border_point", **place}


def _post(service: httpx.Client, key: str, row: Json) -> Json:
    return _create(service, key, "/submissions", {"rows": [row]})


def _create(service: httpx.Client, key: str, path: str, body: Json) -> Json:
    response = service.post(path, json=body, headers=build_bearer(key))
    assert response.is_success, response.text
    created: Json = response.json()
    return created


REMARK = {"remark": "seen"}
FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [20.5, 44.1]},
    "properties": {"name": "Crossing 4", "poe_type": "land_border_point", "country": "SRB"},
}
FORM = {"_uuid": "2a8129f5-3091-44e1-a579-bed2b07a12cf", "_xform_id_string": "week"} | CLOSED
# What is sent to an address of the documents, by its text.
BODIES: dict[str, Json] = {
    "POST /submissions": {"rows": [CLOSED]},
    "PATCH /points-of-entry/{code}": {"name": "Constantine the Great", "valid_from": "2020-05-01"},
    "POST /points-of-entry/{code}/accept": REMARK,
    "POST /points-of-entry/{code}/decline": REMARK,
    "POST /submissions/{id}/publish": REMARK,
    "POST /submissions/{id}/return": REMARK,
    "POST /webhooks": {"url": RECEIVER},
    "POST /collections/{id}/items": FEATURE,
    "PUT /collections/{id}/items/{featureId}": FEATURE,
    "PATCH /collections/{id}/items/{featureId}": {"properties": {"name": "Constantine the Great"}},
    "https://crossings.example.org/hooks/kobo": FORM,
    "https://crossings.example.org/hooks/kobo/KEY": FORM,
}


def choose_media_type(address: str) -> str:
    """Of the body that is sent to the address."""
    if address.startswith("PATCH /collections"):
        return "application/merge-patch+json"
    return "application/geo+json" if "/items" in address else "application/json"
