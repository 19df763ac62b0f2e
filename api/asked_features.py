"""What a request asks of a collection, worked out once for all requests of a day that ask it in the same words.

A map asks for all of its tiles in the same words, and so do those who look at the same thing. Working it out was a
sixth of what the service itself does for a tile.
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
    """The parameters as they were given, and the query that they make."""

    parameters: FeaturesParameters
    query: FeatureQuery


def asked_features(request: Request, collection: Collection, model: type[FeaturesParameters]) -> AskedFeatures:
    """What the request asks, its parameters being those of the model. Raises BadParameters."""
    given, on = tuple(gathered(request, model).items()), today()
    return _cache.get_or_compute((collection.id, model, given, on), lambda: _asked(collection, model, given, on))


def _asked(
    collection: Collection, model: type[FeaturesParameters], given: tuple[tuple[str, str], ...], on: dt.date
) -> AskedFeatures:
    parameters = validated(model, dict(given))
    return AskedFeatures(parameters, FeatureQuery.of(collection, parameters, on, parameters.as_known_at))


def _weigh(key: Any, _: AskedFeatures) -> int:  # noqa: ANN401 - the key above
    """Return about how many bytes an entry takes, by the characters of its parameters."""
    characters = sum(len(value) for _, value in key[2])
    return BYTES_OF_A_REQUEST + BYTES_OF_A_CHARACTER * characters


# No faults: they are raised. No keys: they are none of what is asked.
_cache: BoundedCache[AskedFeatures] = BoundedCache(MAX_BYTES, _weigh)
