"""What a property can hold."""

from typing import Literal

Kind = Literal["string", "integer", "number", "boolean", "date", "date-time", "strings"]
