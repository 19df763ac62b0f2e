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
from api.parameters import FeaturesParameters, gathered, validated
from api.time_parameters import today

MAX_BYTES = 4_000_000
# A filter is a tree of small objects.
BYTES_OF_A_REQUEST, BYTES_OF_A_CHARACTER = 5000, 100


class AskedFeatures(NamedTuple):
    """Parameters of a request, and the query built from them."""

    parameters: FeaturesParameters
    query: FeatureQuery


def asked_features(request: Request, collection: Collection, model: type[FeaturesParameters]) -> AskedFeatures:
    """Parse the parameters of the request as `model` and build its query. Raises BadParameters."""
    values, on = tuple(gathered(request, model).items()), today()
    return _cache.get_or_compute((collection.id, model, values, on), lambda: _asked(collection, model, values, on))


def _asked(
    collection: Collection, model: type[FeaturesParameters], values: tuple[tuple[str, str], ...], on: dt.date
) -> AskedFeatures:
    parameters = validated(model, dict(values))
    return AskedFeatures(parameters, FeatureQuery.of(collection, parameters, on, parameters.as_known_at))


def _weigh(key: Any, _: AskedFeatures) -> int:  # noqa: ANN401 - the key above
    """Estimate the bytes of an entry from the characters of its parameters."""
    characters = sum(len(value) for _, value in key[2])
    return BYTES_OF_A_REQUEST + BYTES_OF_A_CHARACTER * characters


# Never has errors, which are raised, nor API keys, which `gathered` leaves out.
_cache: BoundedCache[AskedFeatures] = BoundedCache(MAX_BYTES, _weigh)
