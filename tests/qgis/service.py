"""The service's own answers without QGIS: QGIS must agree with them."""

import base64
import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from session import KEY, ROOT, SERBIA

Json = dict[str, Any]
IN_SERBIA = ",".join(map(str, (SERBIA.xMinimum(), SERBIA.yMinimum(), SERBIA.xMaximum(), SERBIA.yMaximum())))


def get_json(path: str, *, with_key: bool = False, **parameters: str) -> Json:
    """Return the document at the path. Raises HTTPError."""
    headers = {"Accept": "application/json"}
    if with_key:
        headers["Authorization"] = f"Basic {base64.b64encode(f'gis:{KEY}'.encode()).decode()}"
    address = f"{ROOT}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
    with urlopen(Request(address, headers=headers)) as response:  # noqa: S310 - an address of this machine
        document: Json = json.load(response)
    return document


def get_file(path: str, name: str) -> str:
    """Write what is at the path into a file, and return the file's path."""
    with urlopen(f"{ROOT}{path}") as response, open(name, "wb") as file:  # noqa: S310, PTH123
        file.write(response.read())
    return name


def count_items(collection: str, **parameters: str) -> int:
    page = get_json(f"/collections/{collection}/items", limit="1", **parameters)
    return int(page["numberMatched"])


def first_items(collection: str, limit: int, **parameters: str) -> list[Json]:
    page = get_json(f"/collections/{collection}/items", limit=str(limit), **parameters)
    features: list[Json] = page["features"]
    return features
