"""Parameters of items on the documents that describe them: validated there and forwarded in their links.

GDAL and QGIS add the parameters of a connection's address to every request. While the documents refused these
parameters, neither program could choose a day.
"""

from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field, create_model

from api.asked_types import Format
from api.collections import COLLECTIONS, Collection
from api.parameters import FeaturesParameters, PointsParameters, fields_by_name, gathered, validated
from api.queryables import parameters_of

Passed = dict[str, str]


@cache
def document_parameters() -> type[FeaturesParameters]:
    """Build the model with the parameters of the items of all collections; `f` is the format of the document."""
    form: Any = (Format | None, Field(None, description="Representation of the answer, before what `Accept` asks for."))
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for collection in COLLECTIONS.values()
        for name, field in parameters_of(collection).model_fields.items()
        if name not in PointsParameters.model_fields
    }
    return create_model("Parameters of documents", __base__=PointsParameters, f=form, **fields)


async def passed_parameters(request: Request) -> Passed:
    """Return the parameters for items, by name and in the order of the address, as a dependency.

    Invalid values are refused here, so that the user sees the error on creating the connection. Raises BadParameters.
    """
    query = gathered(request, document_parameters())
    validated(document_parameters(), query)
    return {name: value for name, value in query.items() if name != "f"}


PassedOn = Annotated[Passed, Depends(passed_parameters)]


def taken_by(collection: Collection, query: Passed) -> Passed:
    """Filter the parameters to the parameters of the collection's items."""
    names = fields_by_name(parameters_of(collection))
    return {name: value for name, value in query.items() if name in names}
