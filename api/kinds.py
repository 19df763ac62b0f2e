"""Types of a property's values."""

from typing import Literal

Kind = Literal["string", "integer", "number", "boolean", "date", "date-time", "strings"]
