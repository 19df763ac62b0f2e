"""Query parameters at fault: each by name, value and reason, no longer than can be read."""

from collections.abc import Sequence

from api.parameter_bounds import Error
from api.shorten import LONGEST_SHOWN, shorten

# Parameters at fault that an answer names at most; characters of its longest value, reason, and reasons together.
MOST_NAMED = 20
LONGEST_VALUE = 200
LONGEST_REASON = 1200
LONGEST_REASONS = 6000


class BadParameters(ValueError):
    """Query parameters that are unknown or malformed; `errors` names each, its value and what is wrong with it.

    Long values are cut, and so is a long list of errors.
    """

    def __init__(self, errors: Sequence[Error]) -> None:
        self.errors = _first(errors)
        told = [f"{error['parameter']}={error['value']}: {error['reason']}" for error in self.errors]
        if len(errors) > len(self.errors):
            told.append(f"and {len(errors) - len(self.errors):,} more")
        super().__init__("; ".join(told))


def _first(errors: Sequence[Error]) -> list[Error]:
    """The first errors, as many as there is room for, and one at least."""
    shown: list[Error] = []
    room = LONGEST_REASONS
    for error in map(_shortened, errors[:MOST_NAMED]):
        room -= len(error["reason"])
        if shown and room < 0:
            break
        shown.append(error)
    return shown


def _shortened(error: Error) -> Error:
    """The error with no more of the value than can be read, also where its reason repeats it."""
    value = error["value"]
    reason = error["reason"].replace(value, shorten(value)) if len(value) > LONGEST_SHOWN else error["reason"]
    shown = {"parameter": shorten(error["parameter"]), "value": shorten(value, LONGEST_VALUE)}
    return error | shown | {"reason": shorten(reason, LONGEST_REASON)}
