"""Dated snapshots: every collection as files, and a catalogue of them, in a folder or in object storage."""
