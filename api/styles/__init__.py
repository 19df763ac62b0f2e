"""Map styles by address: what a web map needs to show our tiles, as documents of MapLibre's style specification."""
