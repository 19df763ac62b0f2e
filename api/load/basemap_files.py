"""Files of the basemap in the seed data, in their loading order."""

from api.load import basemap
from api.load.data_files import TOWN_SPELLINGS
from api.load.intake import Loader

# Kind of each file, its name below `data`, and its loader.
BASEMAP_FILES: tuple[tuple[str, str, Loader], ...] = (
    ("towns", "basemap/ne_10m_populated_places.geojson.gz", basemap.build_town_loader(TOWN_SPELLINGS)),
    ("places near borders", "basemap/geonames_places_near_borders_ccby.geojson.gz", basemap.load_places_near_borders),
    ("region borders", "basemap/ne_10m_admin1_lines.geojson.gz", basemap.load_region_borders),
    ("rivers", "basemap/ne_10m_rivers.geojson.gz", basemap.load_rivers),
    ("lakes", "basemap/ne_10m_lakes.geojson.gz", basemap.load_lakes),
    ("roads", "basemap/ne_10m_roads_near_borders.geojson.gz", basemap.load_roads),
    ("railways", "basemap/ne_10m_railroads.geojson.gz", basemap.load_railways),
)
