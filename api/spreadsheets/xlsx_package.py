"""The zip that an XLSX or ODS file is. Only parts inside it are opened: links out of it are not followed."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from api.spreadsheets.faults import TooLarge, UnreadableTable
from api.spreadsheets.sheet_cells import Bounds
from api.spreadsheets.xml_reader import XmlReader

CHUNK_BYTES = 65_536
DIRECTORY_MARK = b"PK\x01\x02"
# Each part costs memory before any is read, and a spreadsheet has some dozens.
MOST_PARTS = 10_000
# Programs pack sheets to a 10th or a 25th, also where all cells are the same; Apache POI draws the line here too.
# Small parts may be anything. Bombs reach a 1,000th: 27 kB of three million rows took seconds to read.
MOST_TIMES_PACKED = 100
SMALL_PART_BYTES = 1_000_000
# Packed, a cell takes at least a byte for each of its elements. To read a million elements takes a second.
MOST_ELEMENTS_PER_BYTE = 2
MOST_ELEMENTS_OF_A_SMALL_PART = 250_000
MOST_RELATIONS = 10_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that XLSX has; LZMA may ask for gigabytes to be unpacked
IS_ENCRYPTED = 1
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part says that another stands: `kind` is the last word of its type ("worksheet")."""

    id: str
    kind: str
    target: str


class Package:
    """The parts by name, unpacked as they are read and never more of them than the bounds allow.

    Raises UnreadableTable and TooLarge, here and wherever a part is read.
    """

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        _refuse_many_parts(body)
        self.bounds = bounds
        self._bytes_left = bounds.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except DAMAGED as error:
            raise damaged(error) from error
        self._refuse_bomb()
        self._refuse_contradictions(len(body))
        self._refuse_unreadable_parts()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part's bytes. What the directory says of their number was checked, but is not relied on."""
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self._take(len(chunk))
                    yield chunk
        except TooLarge:
            raise
        except DAMAGED as error:
            raise damaged(error) from error

    def _take(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise TooLarge("too_large.unpacked_more", most=self.bounds.unpacked_bytes)

    def whole(self, name: str) -> bytes:
        """A part's bytes, all of them."""
        return b"".join(self.chunks(name))

    def size(self, name: str) -> int:
        """How many bytes the part has, as the directory says."""
        return self._zip.NameToInfo[name].file_size

    def most_elements(self, name: str, most: int) -> int:
        """How many elements of the part are read, by what it is packed to; at most `most`."""
        packed_bytes = self._zip.NameToInfo[name].compress_size
        return min(most, MOST_ELEMENTS_OF_A_SMALL_PART + MOST_ELEMENTS_PER_BYTE * packed_bytes)

    def relations(self, name: str) -> list[Relation]:
        """Those of a part, or of the whole package if the name is empty; targets as names of parts."""
        folder, file = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{file}.rels")
        if part not in self:
            return []
        reader = _RelationReader(part, folder)
        reader.read_whole(self.chunks(part))
        return reader.relations

    def _refuse_bomb(self) -> None:
        """By what its directory says, before anything is unpacked."""
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > self.bounds.unpacked_bytes:
            raise TooLarge("too_large.unpacked", size=unpacked, most=self.bounds.unpacked_bytes)
        for part in parts:
            if part.file_size > max(SMALL_PART_BYTES, MOST_TIMES_PACKED * part.compress_size):
                raise TooLarge("too_large.part", part=part.filename, times=MOST_TIMES_PACKED)

    def _refuse_contradictions(self, size: int) -> None:
        """Parts that overlap, and names that stand for two parts, of which programs read one or the other."""
        parts = self._zip.infolist()
        if sum(part.compress_size for part in parts) > size:
            raise damaged(zipfile.BadZipFile("its parts are larger than the file"))
        if len({part.filename.lower() for part in parts}) < len(parts):
            raise damaged(zipfile.BadZipFile("two of its parts have the same name"))

    def _refuse_unreadable_parts(self) -> None:
        for part in self._zip.infolist():
            if part.flag_bits & IS_ENCRYPTED:
                raise encrypted()
            if part.compress_type not in METHODS:
                raise UnreadableTable("not_a_spreadsheet.packing")


class _RelationReader(XmlReader):
    def __init__(self, part: str, folder: str) -> None:
        super().__init__(part, MOST_RELATIONS, begin={"Relationship": self._add})
        self.relations: list[Relation] = []
        self._folder = folder

    def _add(self, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.relations.append(Relation(attributes.get("Id", ""), kind, target.lstrip("/")))


def _refuse_many_parts(body: bytes) -> None:
    if body.count(DIRECTORY_MARK) > MOST_PARTS:
        raise TooLarge("too_large.parts", most=MOST_PARTS)


def encrypted() -> UnreadableTable:
    """The refusal of a workbook that has a password."""
    return UnreadableTable("encrypted")


def damaged(error: BaseException) -> UnreadableTable:
    """The refusal of a workbook that is broken, for the reason that the error has."""
    return UnreadableTable("malformed_xlsx", reason=str(error))
