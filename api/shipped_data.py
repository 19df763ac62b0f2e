"""Paths of the open data that the service ships with."""

from api.settings import get_project_directory

DATA = get_project_directory() / "data"
REGIONS = DATA / "countries_regions.csv.gz"
DISPUTED_BORDERS = DATA / "disputed_borders.csv"
TOWN_SPELLINGS = DATA / "basemap" / "town_spellings.csv"
