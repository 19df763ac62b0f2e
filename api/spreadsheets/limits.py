"""Maximum size of a sheet in Excel and LibreOffice."""

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
