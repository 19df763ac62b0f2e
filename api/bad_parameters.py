"""Error for invalid query parameters: name, value and reason of each, cut to a readable length."""

from collections.abc import Sequence

from api.parameter_bounds import Error
from api.shorten import LONGEST_SHOWN, shorten

# Limits of a response: number of errors; characters of a value, of a reason, and of all reasons together.
MOST_NAMED = 20
LONGEST_VALUE = 200
LONGEST_REASON = 1200
LONGEST_REASONS = 6000


class BadParameters(ValueError):
    """Unknown or malformed query parameters; `errors` has the name, the value and the reason of each.

    Long values are cut, and so is a long list of errors.
    """

    def __init__(self, errors: Sequence[Error]) -> None:
        self.errors = _first(errors)
        messages = [f"{error['parameter']}={error['value']}: {error['reason']}" for error in self.errors]
        if len(errors) > len(self.errors):
            messages.append(f"and {len(errors) - len(self.errors):,} more")
        super().__init__("; ".join(messages))


def _first(errors: Sequence[Error]) -> list[Error]:
    """Limit the errors to the first that fit, at least one."""
    shown: list[Error] = []
    room = LONGEST_REASONS
    for error in map(_shortened, errors[:MOST_NAMED]):
        room -= len(error["reason"])
        if shown and room < 0:
            break
        shown.append(error)
    return shown


def _shortened(error: Error) -> Error:
    """Shorten the value of the error, also where the reason repeats it."""
    value = error["value"]
    reason = error["reason"].replace(value, shorten(value)) if len(value) > LONGEST_SHOWN else error["reason"]
    shown = {"parameter": shorten(error["parameter"]), "value": shorten(value, LONGEST_VALUE)}
    return error | shown | {"reason": shorten(reason, LONGEST_REASON)}
