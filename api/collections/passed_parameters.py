"""Parameters of items on the documents that describe them: validated there and forwarded in their links.

GDAL and QGIS add the parameters of a connection's address to every request. While the documents refused these
parameters, neither program could choose a day.
"""

from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field, create_model

from api.collections.parameters import FeaturesParameters
from api.collections.property_filters import build_items_parameters
from api.collections.registry import COLLECTIONS, Collection
from api.parameters.shared import collect_parameters, map_parameter_fields, validate_parameters
from api.parameters.types import Format

ForwardedQuery = dict[str, str]
PASSED_PARAMETERS_NOTE = "accepts the parameters of items and passes them on in its links"


@cache
def build_document_parameters() -> type[FeaturesParameters]:
    """Build the model with the parameters of the items of all collections; `f` is the format of the document."""
    format_: Any = (
        Format | None,
        Field(None, description="Format of the response; takes precedence over `Accept`."),
    )
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for collection in COLLECTIONS.values()
        for name, field in build_items_parameters(collection).model_fields.items()
        if name not in FeaturesParameters.model_fields
    }
    return create_model("Parameters of documents", __base__=FeaturesParameters, f=format_, **fields)


async def require_forwarded_query(request: Request) -> ForwardedQuery:
    """Return the parameters for items, by name and in the order of the address, as a dependency.

    Invalid values are refused here, so that the user sees the error on creating the connection. Raises BadParameters.
    """
    query = collect_parameters(request, build_document_parameters())
    validate_parameters(build_document_parameters(), query)
    return {name: value for name, value in query.items() if name != "f"}


QueryToForward = Annotated[ForwardedQuery, Depends(require_forwarded_query)]


def filter_forwarded_query(collection: Collection, query: ForwardedQuery) -> ForwardedQuery:
    """Filter the parameters to the parameters of the collection's items."""
    names = map_parameter_fields(build_items_parameters(collection))
    return {name: value for name, value in query.items() if name in names}
