"""Reports on points of entry: asked for by an address or a command, computed, worded, drawn and written."""
