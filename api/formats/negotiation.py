"""Choice of the output format of a request, by `f` and by Accept."""

from typing import Any, Literal

from fastapi import Request
from pydantic import Field

from api.formats.format import FileFormat, PageFormat
from api.formats.registry import FORMATS
from api.responses.accept import choose_offer
from api.responses.representation import get_accept_header

FORMAT_ORDER = tuple(FORMATS.values())
OFFERS = tuple((each.media_type, *each.aliases) for each in FORMAT_ORDER)
# Type and default of the parameter `f` of items, as pydantic's `create_model` takes them.
FORMAT_PARAMETER: Any = (
    Literal[tuple(FORMATS)] | None,
    Field(None, description="Format of the response; takes precedence over `Accept`."),
)


def negotiate_format(request: Request) -> PageFormat | FileFormat:
    """Return the format that `f` names, or the best match for `Accept`; GeoJSON if `Accept` matches no format."""
    name = request.query_params.get("f")
    return FORMATS[name] if name else FORMAT_ORDER[choose_offer(get_accept_header(request), OFFERS)]
