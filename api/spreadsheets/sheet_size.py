"""How large a sheet can be, in Excel as in LibreOffice."""

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
