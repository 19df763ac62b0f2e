"""Description of an output format: its names, its writer and its limits."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from api.formats.layer import Layer

# Texts in which the database returns features, one for each feature; see `geo/feature_rows.py`.
RowKind = Literal["features", "timed features", "binary", "table", "csv"]
# Coordinate reference systems of a format: CRS84 alone; any system, which the file does not name; or any system, which
# the file names.
CrsSupport = Literal["CRS84", "unnamed", "named"]
PageName = Literal["json", "html"]


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What a request sets for text formats.

    `coord_ref_sys` is the URI of the system of the places, or None for the system of GeoJSON. `tags` adds the row of
    HXL tags to CSV, which other programs take for the first row of data. `mark` adds a byte order mark to CSV, from
    which Excel detects UTF-8.
    """

    coord_ref_sys: str | None = None
    tags: bool = True
    mark: bool = False


StreamText = Callable[[AsyncIterable[str], Layer, TextOptions], AsyncIterator[bytes]]
WriteFile = Callable[[Iterable[str], Layer, Path], None]


@dataclass(frozen=True, slots=True)
class TextWriter:
    """Writer of a text format. It streams the file in the serving process; `load` imports and returns it."""

    rows: RowKind
    load: Callable[[], StreamText]


@dataclass(frozen=True, slots=True)
class SubprocessWriter:
    """Writer of a binary format. It writes the file in a subprocess, where `load` imports and returns it."""

    rows: RowKind
    load: Callable[[], WriteFile]


@dataclass(frozen=True, slots=True)
class Format:
    """Output format. `aliases` are media types that some programs send for it in Accept."""

    name: str
    title: str
    media_type: str
    aliases: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class PageFormat(Format):
    """Format of one page of features, which `api/features/items.py` renders.

    `max_rows` limits a page further than the parameter `limit`. A page of more than `max_small_rows` needs a slot.
    """

    name: PageName
    max_rows: int | None = field(default=None, kw_only=True)
    max_small_rows: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class FileFormat(Format):
    """Format of a file, which has all features unless a `limit` is set.

    `is_whole` is True if one file is the whole collection, which links then name as an enclosure. `has_style` is True
    if the file can hold a style for QGIS, `is_published` if snapshots have the file.
    """

    suffix: str
    writer: TextWriter | SubprocessWriter = field(kw_only=True)
    crs: CrsSupport = field(kw_only=True)
    is_whole: bool = field(default=False, kw_only=True)
    has_style: bool = field(default=False, kw_only=True)
    is_published: bool = field(default=False, kw_only=True)

    @property
    def in_subprocess(self) -> bool:
        return isinstance(self.writer, SubprocessWriter)
