"""Dated snapshots in an object store, with a STAC catalogue."""
