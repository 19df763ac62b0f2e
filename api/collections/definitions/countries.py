"""Countries: the measures in force on a day, and the points of entry counted by status."""

from api.collections.collection import NOTICE, Collection, ItemsPage, LevelSymbols, QgisLayer, TileDefinition
from api.collections.parameters import FeaturesParameters
from api.cql2.cost import CollectionSize
from models.queries.countries import count_countries, select_countries
from models.queries.extent import select_country_extent


class CountriesParameters(FeaturesParameters):
    """Parameters of the countries."""


COUNTRIES = Collection(
    id="countries",
    title="Countries, territories and areas",
    description=f"The measures in force on the requested day and the points of entry counted by status. {NOTICE}",
    item="country",
    parameters=CountriesParameters,
    answering=select_countries,
    matched=count_countries,
    extent=select_country_extent,
    tile=TileDefinition(
        (
            *("iso3", "name", "international_travel", "internal_movement", "public_transport", "poe_count"),
            *("fully_operational", "partially_operational", "fully_closed", "unknown", "not_assessed"),
        )
    ),
    symbols=LevelSymbols("international_travel"),
    qgis=QgisLayer(place=100, is_shown=True, is_background=True),
    page=ItemsPage(
        (
            ("name", "Name"),
            ("international_travel", "International travel"),
            ("internal_movement", "Internal movement"),
            ("public_transport", "Public transport"),
            ("poe_count", "Points of entry"),
            ("fully_operational", "Fully operational"),
            ("partially_operational", "Partially"),
            ("fully_closed", "Fully closed"),
            ("unknown", "Unknown"),
            ("not_assessed", "Not assessed"),
        ),
        has_numbers=True,
    ),
    key=str,
    geometry="MultiPolygon",
    size=CollectionSize(items=250, vertices=1_300),
)
