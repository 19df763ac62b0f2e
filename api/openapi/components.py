"""Parameters and answers of the API document that several operations have: written once, and referred to."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from api.openapi.json_schema import SCHEMAS

Document = dict[str, Any]
SCHEMA_NAME = re.compile(rf'"{re.escape(SCHEMAS)}(\w+)"')


def share_parameters(paths: Document, known: Document) -> Document:
    """Put references in place of what stands there more than once; give the parameters that they refer to, by name.

    `known` are those that are referred to already, and are given too.

    Items are left as they are: QGIS does not follow all references there.
    """
    places = [
        (operation["parameters"], place)
        for operation in _operations(paths)
        for place, each in enumerate(operation["parameters"])
        if "name" in each
    ]
    return _share(places, "parameters", known, lambda parameter: str(parameter["name"]))


def share_responses(paths: Document, known: Document) -> Document:
    """Put references in place of answers that stand there more than once; give what they refer to, by name.

    They are named by their schema. Without one they are as short as a reference. `known` are given too.
    """
    places = [
        (operation["responses"], status)
        for operation in _operations(paths)
        for status, each in operation["responses"].items()
        if "$ref" not in each and SCHEMA_NAME.search(_text(each))
    ]
    return _share(places, "responses", known, lambda answer: SCHEMA_NAME.findall(_text(answer))[0])


def _share(places: list[tuple[Any, Any]], kind: str, known: Document, name_of: Callable[[Document], str]) -> Document:
    """Put references in place of what is at several of the places, each a list or an object and a key in it.

    What is alike has one name; another of the same name gets a number behind it.
    """
    times = Counter(_text(holder[key]) for holder, key in places)
    names: dict[str, str] = {}
    shared, taken = dict(known), Counter(known)
    for holder, key in places:
        text = _text(holder[key])
        if times[text] > 1:
            if text not in names:
                name = name_of(holder[key])
                names[text] = f"{name}-{taken[name] + 1}" if taken[name] else name
                taken[name] += 1
                shared[names[text]] = holder[key]
            holder[key] = {"$ref": f"#/components/{kind}/{names[text]}"}
    return shared


def _operations(paths: Document) -> Iterator[Document]:
    for path, methods in paths.items():
        if not path.endswith("/items"):
            yield from methods.values()


def _text(part: Document) -> str:
    return json.dumps(part, sort_keys=True)
