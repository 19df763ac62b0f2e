"""Types of a property's values."""

from typing import Literal

PropertyType = Literal["string", "integer", "number", "boolean", "date", "date-time", "strings"]
