"""Tiles of every collection in WebMercatorQuad (OGC API - Tiles Part 1), as vector tiles and as GeoJSON."""
