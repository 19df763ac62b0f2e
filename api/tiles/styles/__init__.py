"""MapLibre styles."""
