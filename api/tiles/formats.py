"""Formats of tiles: one entry each, the only place that lists them."""

from dataclasses import dataclass
from typing import Literal, get_args

from api.responses.representation import GEOJSON

TileFormatName = Literal["mvt", "geojson"]
MVT = "application/vnd.mapbox-vector-tile"


@dataclass(frozen=True, slots=True)
class TileFormat:
    """Format of a tile. `extensions` end its addresses; `aliases` are media types that some programs send in Accept."""

    name: TileFormatName
    title: str
    media_type: str
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()


FORMAT_ORDER = (
    TileFormat("mvt", "Vector tiles", MVT, ("mvt", "pbf")),
    TileFormat("geojson", "GeoJSON tiles", GEOJSON, ("geojson",), aliases=("application/json",)),
)
TILE_FORMATS: dict[str, TileFormat] = {each.name: each for each in FORMAT_ORDER}
EXTENSIONS = {extension: each for each in FORMAT_ORDER for extension in each.extensions}
OFFERS = tuple((each.media_type, *each.aliases) for each in FORMAT_ORDER)
if TILE_FORMATS.keys() != set(get_args(TileFormatName)):
    raise ValueError("each name of a format of tiles needs an entry")
