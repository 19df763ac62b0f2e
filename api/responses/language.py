"""Language of the response to a request."""

from fastapi import Request

from api.messages.message import LANGUAGES, Language
from api.responses.accept import parse_preferences

DEFAULT_LANGUAGE: Language = "en"


def negotiate_language(request: Request) -> Language:
    """Return the first supported language in `Accept-Language`.

    Without one, return the language of the office that owns the key, and English for a request without a key.
    """
    for wanted in parse_preferences(request.headers.get("accept-language", "")):
        for language in LANGUAGES:
            if wanted.partition("-")[0] == language:
                return language
    office: Language = getattr(request.state, "office_language", DEFAULT_LANGUAGE)
    return office
