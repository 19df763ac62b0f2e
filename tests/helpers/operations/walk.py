"""Every operation of a running application, as its API document and its routes list them, to be walked through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from helpers.operations.routes import list_methods_and_paths

Document = dict[str, Any]
IN_PATH = re.compile(r"{(\w+)(?::path)?}")
# Values with which an operation answers, and does little; each is given where a parameter of the name is taken.
SMALL = {"country": "FJI", "limit": "1", "level": "country", "area": "FJI", "dry_run": "true", "datetime": "2020-04-15"}
PLACES = {
    **dict.fromkeys(("code", "featureId", "item_id"), "OA-4959"),
    "collection_id": "points-of-entry",
    "name": "poe_type",
    "suffix": "csv",
    "ending": "mvt",
    "prefix": "aaaaaaaa",
    "path": "/conformance",
}
OF_LISTS = {"limit", "after", "sortby", "crs", "skipGeometry"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path. `query` are the schemas of its parameters, `needed` a valid value for each required one.

    `is_like_another`: its parameters are read as those of another operation are.
    """

    method: str
    path: str
    query: dict[str, Document] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    needs_key: bool = False
    is_like_another: bool = False

    @property
    def base(self) -> dict[str, str]:
        """A small valid request."""
        return {name: value for name, value in SMALL.items() if name in self.query} | self.needed

    @property
    def places(self) -> list[str]:
        """The names of what stands in braces in the path."""
        return IN_PATH.findall(self.path)

    def address(self, **places: str) -> str:
        """The path with a valid value in each brace, or the given one."""
        return IN_PATH.sub(lambda found: places.get(found[1]) or self._place(found[1]), self.path)

    def _place(self, name: str) -> str:
        return "FJI" if "countries" in self.path and name == "featureId" else PLACES.get(name, "1")


def list_operations(document: Document, app: FastAPI) -> list[Operation]:
    """Those of the document, then the routes that it leaves out; what removes something comes last."""
    listed = list(_list_documented(document))
    known = {(each.method, re.sub(r"{\w+}", "{}", each.path)) for each in listed}
    for method, path in list_methods_and_paths(app.routes):
        like = re.sub(r"{[^}]+}", "{}", path.replace("{collection_id}", "points-of-entry"))
        if method not in {"HEAD", "OPTIONS"} and (method, like) not in known:
            listed.append(Operation(method, path))
    return sorted(listed, key=lambda each: each.method == "DELETE")


def _list_documented(document: Document) -> Iterator[Operation]:
    items = {}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            given = [_resolve_reference(document, each) for each in described["parameters"]]
            query = {each["name"]: each["schema"] for each in given if each["in"] == "query"}
            needed = {each["name"]: str(each["example"]) for each in given if "example" in each}
            takes = tuple(described.get("requestBody", {}).get("content", ()))
            operation = Operation(method.upper(), path, query, needed, takes, _needs_key(described))
            yield operation
            if method == "get" and path.endswith("/items"):
                items[path.split("/")[2]] = query
    # As their summaries say, tiles and styles take every filter of the items.
    for collection, query in items.items():
        for path in (f"/collections/{collection}/tiles/{{z}}/{{x}}/{{y}}.{{ending}}", f"/styles/{collection}"):
            yield Operation(
                "GET", path, {name: query[name] for name in query if name not in OF_LISTS}, is_like_another=True
            )


def _needs_key(described: Document) -> bool:
    return bool(described["security"])


def _resolve_reference(document: Document, parameter: Document) -> Document:
    if "$ref" not in parameter:
        return parameter
    found: Document = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
    return found
