"""The language in which a request is answered."""

from fastapi import Request

from api.http.accept import most_wanted
from api.messages.message import LANGUAGES, Language

DEFAULT: Language = "en"


def language_of(request: Request) -> Language:
    """The first of ours that `Accept-Language` lists, else the language of the office whose key came, else English."""
    for wanted in most_wanted(request.headers.get("accept-language", "")):
        for language in LANGUAGES:
            if wanted.partition("-")[0] == language:
                return language
    office: Language = getattr(request.state, "office_language", DEFAULT)
    return office
