"""Description of a file: its name, its columns, its source and its conditions."""

from dataclasses import asdict, dataclass
from typing import Any

from api.parameters.value_parsing import PropertyType


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a file; `codes` has code, label and definition of each value if the values come from a list."""

    name: str
    kind: PropertyType
    title: str
    description: str
    hxl: str
    codes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """Content of a file beside its rows. `srid` is None if the file has no geometry.

    `style` is a QML document, for formats that can hold it.
    """

    name: str
    title: str
    description: str
    geometry: str
    srid: int | None
    columns: tuple[Column, ...]
    about: dict[str, str]
    style: str | None = None

    @property
    def table(self) -> str:
        """Name of its table in SQL. The GeoPackage standard advises letters, digits and underscores only."""
        return self.name.replace("-", "_")

    def serialize_layer(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def parse_layer(cls, document: dict[str, Any]) -> "Layer":
        columns = tuple(
            Column(**{**each, "codes": tuple(tuple(code) for code in each["codes"])}) for each in document["columns"]
        )
        return cls(**{**document, "columns": columns})
