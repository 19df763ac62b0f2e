"""Opening hours as OpenStreetMap writes them: `Mo-Fr 08:00-18:00; PH off`."""

from opening_hours import validate

from api.messages.message import MessageError

# As long as a value of OpenStreetMap may be. It also bounds the time and the nesting of what is parsed.
LONGEST_OPENING_HOURS = 255
EXAMPLE = "Mo-Fr 08:00-18:00; PH off"
# OpenStreetMap has them alone, for always open and never open. Here that is a status, of which a row says when.
STATUSES = frozenset({"open", "closed", "off", "unknown"})


def parse_opening_hours(text: str) -> str:
    """The text, unless it is not in OpenStreetMap's syntax. Raises MessageError."""
    if len(text) > LONGEST_OPENING_HOURS:
        raise MessageError("value_too_long", length=len(text), most=LONGEST_OPENING_HOURS)
    if text.casefold() in STATUSES:
        raise MessageError("not_opening_hours.status", value=text, example=EXAMPLE)
    if not text.strip() or not text.isprintable() or not validate(text):
        raise MessageError("not_opening_hours", value=text, example=EXAMPLE)
    return text
