"""Opening hours as OpenStreetMap writes them: `Mo-Fr 08:00-18:00; PH off`."""

from opening_hours import validate

from api.messages.message import MessageError

# Maximum length of a value in OpenStreetMap. It also limits the time and the nesting of parsing.
MAX_OPENING_HOURS_CHARACTERS = 255
EXAMPLE = "Mo-Fr 08:00-18:00; PH off"
# In OpenStreetMap these words alone mean always or never open. Here that is a status, which has days of its own.
STATUSES = frozenset({"open", "closed", "off", "unknown"})


def parse_opening_hours(text: str) -> str:
    """Check that the text is in OpenStreetMap's syntax, and return it. Raises MessageError."""
    if len(text) > MAX_OPENING_HOURS_CHARACTERS:
        raise MessageError("value_too_long", length=len(text), most=MAX_OPENING_HOURS_CHARACTERS)
    if text.casefold() in STATUSES:
        raise MessageError("not_opening_hours.status", value=text, example=EXAMPLE)
    if not text.strip() or not text.isprintable() or not validate(text):
        raise MessageError("not_opening_hours", value=text, example=EXAMPLE)
    return text
