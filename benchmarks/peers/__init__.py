"""The servers that are measured beside Crossings, each in its best honest configuration, with one worker."""
