"""What a request asks of a collection, worked out once for all requests of a day that ask it in the same words.

A map asks for all of its tiles in the same words, and so do those who look at the same thing. Working it out was a
sixth of what the service itself does for a tile.
"""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from fastapi import Request

from api.collections import Collection
from api.feature_query import LONGEST_KEPT, FeatureQuery
from api.parameters import FeaturesParameters, gathered, validated
from api.time_parameters import today

KEPT = 256


class AskedFeatures(NamedTuple):
    """The parameters as they were given, and the query that they make."""

    parameters: FeaturesParameters
    query: FeatureQuery


def asked_features(request: Request, collection: Collection, model: type[FeaturesParameters]) -> AskedFeatures:
    """What the request asks, its parameters being those of the model. Raises BadParameters."""
    given = gathered(request, model)
    is_short = sum(map(len, given.values())) <= LONGEST_KEPT
    return (_kept if is_short else _asked)(collection, model, tuple(given.items()), today())


def _asked(
    collection: Collection, model: type[FeaturesParameters], given: tuple[tuple[str, str], ...], on: dt.date
) -> AskedFeatures:
    parameters = validated(model, dict(given))
    return AskedFeatures(parameters, FeatureQuery.of(collection, parameters, on, parameters.as_known_at))


# No faults: they are raised. No keys: they are none of what is asked.
_kept = lru_cache(maxsize=KEPT)(_asked)
