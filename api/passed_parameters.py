"""What items are asked by, given to the documents that describe them: checked there, and passed on in their links.

GDAL and QGIS put the parameters of a connection's address on every request that they make. While the documents
refused them, no day could be chosen in either.
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
    """All that the items of some collection take; `f` is the form of the document."""
    form: Any = (Format | None, Field(None, description="Representation of the answer, before what `Accept` asks for."))
    named: dict[str, Any] = {
        name: (field.annotation, field)
        for collection in COLLECTIONS.values()
        for name, field in parameters_of(collection).model_fields.items()
        if name not in PointsParameters.model_fields
    }
    return create_model("Parameters of documents", __base__=PointsParameters, f=form, **named)


async def passed_parameters(request: Request) -> Passed:
    """Dependency giving what the request asks of items, by name and in the order of its address.

    A value that no items take is refused here, where who made the connection sees it. Raises BadParameters.
    """
    given = gathered(request, document_parameters())
    validated(document_parameters(), given)
    return {name: value for name, value in given.items() if name != "f"}


PassedOn = Annotated[Passed, Depends(passed_parameters)]


def taken_by(collection: Collection, passed: Passed) -> Passed:
    """What of it the items of the collection take."""
    taken = fields_by_name(parameters_of(collection))
    return {name: value for name, value in passed.items() if name in taken}
