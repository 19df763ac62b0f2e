"""Name, columns, source and conditions of a file of a collection."""

from api.collections.properties import CollectionProperty, get_default_properties, get_properties
from api.collections.query import FeatureQuery
from api.collections.registry import NOTICE
from api.formats.layer import Column, Layer
from api.responses.attribution import ATTRIBUTION
from geo.crs import Crs
from models.codes import get_code_list

# The register holds records under several licences, each named in its record or under /sources.
LICENCE = "Each record under the licence of its source: see {sources}"


def build_layer(query: FeatureQuery, crs: Crs | None, clocks: dict[str, str], root: str, example: str = "") -> Layer:
    """Build the layer that a file describes itself by. `clocks` are the days and the as-of moment of the file;
    `example` is the notice of example data, or empty.
    """
    collection = query.collection
    names = get_default_properties(collection) if query.view.properties is None else query.view.properties
    about = {
        "attribution": ATTRIBUTION,
        "license": LICENCE.format(sources=f"{root}/sources"),
        "notice": f"{example} {NOTICE}" if example else NOTICE,
        "href": f"{root}/collections/{collection.id}",
        **clocks,
    }
    return Layer(
        name=collection.id,
        title=collection.title,
        description=collection.description,
        geometry=collection.geometry,
        srid=crs.srid if crs else None,
        columns=tuple(_build_column(get_properties(collection)[name]) for name in names),
        about=about,
    )


def _build_column(field: CollectionProperty) -> Column:
    items = get_code_list(field.codes).items if field.codes else ()
    codes = tuple((item.code, item.labels["en"], item.definition) for item in items)
    return Column(field.name, field.kind, field.title, field.description, field.hxl, codes)
