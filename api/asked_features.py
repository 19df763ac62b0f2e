"""Parsed parameters and query of a request for features, cached for all requests of a day with equal parameters.

A map sends equal parameters for all of its tiles, and so do clients that view the same data. Parsing them was a sixth
of the service's own work for a tile.
"""

import datetime as dt
from typing import Any, NamedTuple

from fastapi import Request

from api.bounded_cache import BoundedCache
from api.collections import Collection
from api.feature_query import FeatureQuery
from api.parameters import FeaturesParameters, collect_parameters, validate_parameters
from api.time_parameters import get_today

MAX_BYTES = 4_000_000
# A filter is a tree of small objects.
REQUEST_BYTES, CHARACTER_BYTES = 5000, 100


class FeaturesRequest(NamedTuple):
    """Parameters of a request, and the query built from them."""

    parameters: FeaturesParameters
    query: FeatureQuery


def parse_features_request(
    request: Request, collection: Collection, model: type[FeaturesParameters]
) -> FeaturesRequest:
    """Parse the parameters of the request as `model` and build its query. Raises BadParameters."""
    values, on = tuple(collect_parameters(request, model).items()), get_today()
    return _cache.get_or_compute(
        (collection.id, model, values, on), lambda: _build_request(collection, model, values, on)
    )


def _build_request(
    collection: Collection, model: type[FeaturesParameters], values: tuple[tuple[str, str], ...], on: dt.date
) -> FeaturesRequest:
    parameters = validate_parameters(model, dict(values))
    return FeaturesRequest(parameters, FeatureQuery.build(collection, parameters, on, parameters.as_known_at))


def _estimate_bytes(key: Any, _: FeaturesRequest) -> int:  # noqa: ANN401 - the key above
    """Estimate the bytes of an entry from the characters of its parameters."""
    characters = sum(len(value) for _, value in key[2])
    return REQUEST_BYTES + CHARACTER_BYTES * characters


# Never has errors, which are raised, nor API keys, which `gathered` leaves out.
_cache: BoundedCache[FeaturesRequest] = BoundedCache(MAX_BYTES, _estimate_bytes)
