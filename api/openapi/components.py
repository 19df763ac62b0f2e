"""Sharing of parameters and responses that several operations of the API document have, by references."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from api.openapi.json_schema import SCHEMA_PREFIX

Document = dict[str, Any]
SCHEMA_NAME = re.compile(rf'"{re.escape(SCHEMA_PREFIX)}(\w+)"')


def share_parameters(paths: Document, initial: Document) -> Document:
    """Replace parameters that occur more than once by references; return the shared parameters by name.

    `initial` are parameters with references already; they are returned too. Parameters of items are not replaced:
    QGIS does not follow all references there.
    """
    places = [
        (operation["parameters"], place)
        for operation in _iterate_operations(paths)
        for place, each in enumerate(operation["parameters"])
        if "name" in each
    ]
    return _share_parts(places, "parameters", initial, lambda parameter: str(parameter["name"]))


def share_responses(paths: Document, initial: Document) -> Document:
    """Replace responses that occur more than once by references; return the shared responses by name.

    A response is named by its schema; without a schema it is as short as a reference and stays. `initial` are
    responses with references already; they are returned too.
    """
    places = [
        (operation["responses"], status)
        for operation in _iterate_operations(paths)
        for status, each in operation["responses"].items()
        if "$ref" not in each and SCHEMA_NAME.search(_serialise_part(each))
    ]
    return _share_parts(places, "responses", initial, lambda answer: SCHEMA_NAME.findall(_serialise_part(answer))[0])


def _share_parts(
    places: list[tuple[Any, Any]], kind: str, initial: Document, name_of: Callable[[Document], str]
) -> Document:
    """Replace equal parts at several places by references. A place is a list or an object, and a key in it.

    Equal parts share one name; a different part with the same name gets a number as suffix.
    """
    times = Counter(_serialise_part(holder[key]) for holder, key in places)
    names: dict[str, str] = {}
    shared, taken = dict(initial), Counter(initial)
    for holder, key in places:
        text = _serialise_part(holder[key])
        if times[text] > 1:
            if text not in names:
                name = name_of(holder[key])
                names[text] = f"{name}-{taken[name] + 1}" if taken[name] else name
                taken[name] += 1
                shared[names[text]] = holder[key]
            holder[key] = {"$ref": f"#/components/{kind}/{names[text]}"}
    return shared


def _iterate_operations(paths: Document) -> Iterator[Document]:
    for path, methods in paths.items():
        if not path.endswith("/items"):
            yield from methods.values()


def _serialise_part(part: Document) -> str:
    return json.dumps(part, sort_keys=True)
