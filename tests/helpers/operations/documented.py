"""Comparison of answers with the API document: their status, media type and, in JSON, every member."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import httpx
from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker

Document = dict[str, Any]
IN_PATH = re.compile(r"\\{\w+\\}")


class Documented:
    """The document, with objects that have no members but those listed: what is not documented is found that way."""

    def __init__(self, document: Document) -> None:
        self.document = copy.deepcopy(document)
        for schema in self.document["components"]["schemas"].values():
            _close(schema)
        # Literal paths come before those with braces.
        self.paths = [
            (path, re.compile(IN_PATH.sub("[^/]+", re.escape(path)) + "$"))
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def operation(self, method: str, path: str) -> Document:
        """Return the operation that the request was for. Raises StopIteration where none is documented."""
        template = next(template for template, pattern in self.paths if pattern.match(path))
        found: Document = self.document["paths"][template][method.lower()]
        return found

    def faults(self, response: httpx.Response) -> list[str]:
        """Return the differences of the answer from its documentation."""
        request = response.request
        operation = self.operation(request.method, request.url.path)
        place = f"{operation['operationId']} {request.url} {response.status_code}"
        described = operation["responses"].get(str(response.status_code))
        if described is None:
            return [f"{place}: is not documented; {response.text[:200]}"]
        content = self._found(described).get("content", {})
        if not response.content:
            return []
        media_type = response.headers["content-type"]
        known = content.get(media_type) or content.get(media_type.partition(";")[0]) or content.get("*/*")
        if known is None:
            return [f"{place}: {media_type} is not documented"]
        if "json" not in media_type or known["schema"].get("type") == "string":
            return []
        return [f"{place}: {fault}" for fault in self._faults_of(response.json(), known["schema"])]

    def _faults_of(self, value: object, schema: Document) -> Iterator[str]:
        whole = {**schema, "components": self.document["components"]}
        for error in OAS30ReadValidator(whole, format_checker=oas30_format_checker).iter_errors(value):
            yield f"{error.json_path} {error.message[:300]}"

    def _found(self, described: Document) -> Document:
        if "$ref" not in described:
            return described
        found: Document = self.document["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
        return found


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for each in schema:
            _close(each)
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _close(each)
