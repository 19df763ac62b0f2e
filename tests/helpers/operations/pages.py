"""Every address of the service that can be read, with its pages among them, as its routes name them."""

import re

import httpx
from helpers.operations.routes import list_methods_and_paths

from api.collections.registry import COLLECTIONS
from api.database.engine import build_engine
from api.main import create_app
from models.codes import CODE_LISTS

BELGRADE = "OA-4610"
# Values for the parameters of paths.
EXAMPLES = {
    "collection_id": "points-of-entry",
    "item_id": BELGRADE,
    "code": BELGRADE,
    "name": next(iter(CODE_LISTS)),
    "suffix": "geojson",
    "ending": "mvt",
    "number": "1",
    "path": "",
    **dict.fromkeys("zxy", "0"),
}
QUERIES = {
    "/crossings": "?from=SRB&to=HUN",
    "/nearest": "?lon=20.5&lat=44.8",
    "/reports/points-of-entry": "?level=country&area=SRB&on=2020-04-30",
}
OTHERS = (
    "/map?embed",
    f"/map?point={BELGRADE}&lang=ar",
    "/no/such/page",
    "/collections/points-of-entry/items?datetime=never",
    *(f"/collections/{name}/items" for name in COLLECTIONS if name != "points-of-entry"),
)


def list_paths() -> list[str]:
    """Every address that can be read, with examples in the place of parameters."""
    read = {
        path
        for method, path in list_methods_and_paths(create_app(build_engine("postgresql://none")).routes)
        if method == "GET"
    }
    filled = sorted(re.sub(r"{(\w+)(:\w+)?}", lambda named: EXAMPLES[named[1]], path) for path in read)
    return [*(path + QUERIES.get(path, "") for path in filled), *OTHERS]


def is_page(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html")
