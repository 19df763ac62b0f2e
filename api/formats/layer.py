"""What a file says of itself: its name, its columns, where it is from and under which conditions."""

from dataclasses import asdict, dataclass
from typing import Any

from api.kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file; `codes` has code, label and definition of each value where these come from a list."""

    name: str
    kind: Kind
    title: str
    description: str
    hxl: str
    codes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What is written into a file beside its rows. `srid` is None where geometry was left out.

    `style` is a QML document, for files that can have one.
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
        """The name of its table in SQL: the GeoPackage standard advises letters, digits and underscores alone."""
        return self.name.replace("-", "_")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Layer":
        columns = tuple(
            Column(**{**each, "codes": tuple(tuple(code) for code in each["codes"])}) for each in given["columns"]
        )
        return cls(**{**given, "columns": columns})
