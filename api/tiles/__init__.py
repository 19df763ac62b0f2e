"""OGC API - Tiles, the basemap and the symbols of maps."""
