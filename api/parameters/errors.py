"""Error for invalid query parameters: name, value and reason of each, cut to a readable length."""

from collections.abc import Sequence

from api.parameters.bounds import ParameterError

MAX_SHOWN_CHARACTERS = 100


def shorten(text: str, longest: int = MAX_SHOWN_CHARACTERS) -> str:
    """Cut the text to `longest` characters and `…`; halves of surrogate pairs, which UTF-8 lacks, become `?`."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut.encode(errors="replace").decode()


# Limits of a response: number of errors; characters of a value, of a reason, and of all reasons together.
MAX_ERRORS = 20
MAX_VALUE_CHARACTERS = 200
MAX_REASON_CHARACTERS = 1200
MAX_TOTAL_CHARACTERS = 6000


class BadParameters(ValueError):
    """Unknown or malformed query parameters; `errors` has the name, the value and the reason of each.

    Long values are cut, and so is a long list of errors.
    """

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        self.errors = _limit_errors(errors)
        messages = [f"{error['parameter']}={error['value']}: {error['reason']}" for error in self.errors]
        if len(errors) > len(self.errors):
            messages.append(f"and {len(errors) - len(self.errors):,} more")
        super().__init__("; ".join(messages))


def _limit_errors(errors: Sequence[ParameterError]) -> list[ParameterError]:
    """Limit the errors to the first that fit, at least one."""
    shown: list[ParameterError] = []
    room = MAX_TOTAL_CHARACTERS
    for error in map(_shorten_error, errors[:MAX_ERRORS]):
        room -= len(error["reason"])
        if shown and room < 0:
            break
        shown.append(error)
    return shown


def _shorten_error(error: ParameterError) -> ParameterError:
    """Shorten the value of the error, also where the reason repeats it."""
    value = error["value"]
    reason = error["reason"].replace(value, shorten(value)) if len(value) > MAX_SHOWN_CHARACTERS else error["reason"]
    shown = {"parameter": shorten(error["parameter"]), "value": shorten(value, MAX_VALUE_CHARACTERS)}
    return error | shown | {"reason": shorten(reason, MAX_REASON_CHARACTERS)}
