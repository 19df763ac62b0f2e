"""Asking the service over HTTP as its clients do, and reading its answers."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

POINTS = "/collections/points-of-entry/items"
RESTRICTIONS = "/collections/restrictions/items"
COUNTRIES = "/collections/countries/items"
Document = dict[str, Any]


async def get_json(client: httpx.AsyncClient, address: str, **query: object) -> Document:
    """The JSON document at a path, or at an address that the service wrote; it has to be a success."""
    asked = {name: str(value) for name, value in query.items()}
    response = await client.get(httpx.URL(address).copy_merge_params(asked))
    assert response.status_code == 200, response.text
    document: Document = response.json()
    return document


async def count_matched(client: httpx.AsyncClient, path: str, **query: object) -> int:
    """How many features the service says that there are."""
    number: int = (await get_json(client, path, limit=1, **query))["numberMatched"]
    return number


async def iterate_pages(client: httpx.AsyncClient, path: str, **query: object) -> AsyncIterator[Document]:
    """Page after page, by following the `next` links."""
    page = await get_json(client, path, **query)
    yield page
    while address := find_link(page, "next"):
        page = await get_json(client, address)
        yield page


async def get_all_features(client: httpx.AsyncClient, path: str, **query: object) -> list[Document]:
    """The features of all pages, in order."""
    query = {"limit": 10_000} | query
    return [feature async for page in iterate_pages(client, path, **query) for feature in page["features"]]


async def get_properties(client: httpx.AsyncClient, path: str, **query: object) -> dict[Any, Document]:
    """The properties of all features, by their id."""
    return {feature["id"]: feature["properties"] for feature in await get_all_features(client, path, **query)}


def find_link(document: Document, rel: str) -> str | None:
    """The address of the document's link of this relation."""
    return next((link["href"] for link in document["links"] if link["rel"] == rel), None)
