"""What answers hold, and where they differ: features, their properties and the values of these."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]

from benchmarks.requests.queries import Form

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Content:
    """Features by what identifies them, each with its properties."""

    features: Mapping[str, Mapping[str, Any]]

    @property
    def properties(self) -> set[str]:
        return {name for properties in self.features.values() for name in properties}


def parse_content(body: bytes, form: Form) -> Content:
    """A feature is known by its code, where it has one, else by its id; a record of a history by its number."""
    if form == "nothing":
        return Content({})
    if form == "vector tile":
        layers = mapbox_vector_tile.decode(body).values()
        return _parse_features(feature for layer in layers for feature in layer["features"])
    document = json.loads(body)
    if form == "history" and "restrictions" in document:
        return Content({str(record["id"]): record for record in document["restrictions"]})
    if form == "history":
        return Content({str(feature["id"]): feature["properties"] for feature in document["features"]})
    return _parse_features([document] if form == "feature" else document["features"])


def _parse_features(features: Iterable[Mapping[str, Any]]) -> Content:
    found = {}
    for number, feature in enumerate(features):
        properties = feature["properties"]
        found[str(properties.get("code") or feature.get("id") or number)] = properties
    return Content(found)


def describe_differences(ours: Content, theirs: Content) -> list[str]:
    """In what their answer differs from ours, in words; nothing where it says the same."""
    missing, more = ours.features.keys() - theirs.features.keys(), theirs.features.keys() - ours.features.keys()
    told = []
    if missing or more:
        told.append(
            f"{len(theirs.features):,} features, ours {len(ours.features):,}: {len(missing):,} of ours are not there,"
            f" {len(more):,} are there besides"
        )
    told += _format_names("without", ours.properties - theirs.properties)
    told += _format_names("besides", theirs.properties - ours.properties)
    return told + _compare_values(ours, theirs)


def _format_names(how: str, names: set[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(sorted(names)[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return [f"{how} {shown}"]


def _compare_values(ours: Content, theirs: Content) -> list[str]:
    differing: dict[str, tuple[Any, Any]] = {}
    for identity, properties in ours.features.items():
        others = theirs.features.get(identity, {})
        for name in properties.keys() & others.keys():
            if properties[name] != others[name]:
                differing.setdefault(name, (properties[name], others[name]))
    examples = [f"{name} is {theirs!r}, ours {ours!r}" for name, (ours, theirs) in sorted(differing.items())]
    shown = "; ".join(examples[:SHOWN]) + (f" and {len(examples) - SHOWN} more" if len(examples) > SHOWN else "")
    return [f"other values: {shown}"] if examples else []
