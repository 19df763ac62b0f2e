"""Parameters and answers of the API document that several operations have: written once, and referred to."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from api.openapi.json_schema import SCHEMAS

Document = dict[str, Any]
SCHEMA_NAME = re.compile(rf'"{re.escape(SCHEMAS)}(\w+)"')


def share_parameters(paths: Document, known: Document) -> Document:
    """Put references in place of what stands there more than once; give the parameters that they refer to, by name.

    `known` are those that are referred to already, and are given too.

    Items are left as they are: QGIS does not follow all references there.
    """
    operations = list(_operations(paths))
    times = Counter(_text(each) for operation in operations for each in operation["parameters"])
    names: dict[str, str] = {}
    shared = dict(known)
    for operation in operations:
        for place, each in enumerate(operation["parameters"]):
            text = _text(each)
            if "name" in each and times[text] > 1:
                if text not in names:
                    names[text] = _free_name(each["name"], shared)
                    shared[names[text]] = each
                operation["parameters"][place] = {"$ref": f"#/components/parameters/{names[text]}"}
    return shared


def share_responses(paths: Document, known: Document) -> Document:
    """Put references in place of answers that stand there more than once; give what they refer to, by name.

    They are named by their schema. Without one they are as short as a reference. `known` are given too.
    """
    operations = list(_operations(paths))
    times = Counter(_text(each) for operation in operations for each in operation["responses"].values())
    names: dict[str, str] = {}
    shared = dict(known)
    for operation in operations:
        for status, each in operation["responses"].items():
            text = _text(each)
            schema = SCHEMA_NAME.search(text)
            if "$ref" not in each and schema and times[text] > 1:
                if text not in names:
                    names[text] = _free_response_name(schema[1], shared)
                    shared[names[text]] = each
                operation["responses"][status] = {"$ref": f"#/components/responses/{names[text]}"}
    return shared


def _operations(paths: Document) -> Iterator[Document]:
    for path, methods in paths.items():
        if not path.endswith("/items"):
            yield from methods.values()


def _text(parameter: Document) -> str:
    return json.dumps(parameter, sort_keys=True)


def _free_name(name: str, taken: Document) -> str:
    """The name, or with a number behind it: parameters of one name can be described differently."""
    number = sum(each["name"] == name for each in taken.values())
    return f"{name}-{number + 1}" if number else name


def _free_response_name(name: str, taken: Document) -> str:
    """The name, or with a number behind it: answers of one schema can be described differently."""
    number = sum(each.partition("-")[0] == name for each in taken)
    return f"{name}-{number + 1}" if number else name
