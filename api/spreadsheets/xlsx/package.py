"""Zip package of an XLSX or ODS file. Only parts inside it are opened: links out of it are not followed."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from api.spreadsheets.errors import TooLarge, UnreadableTable
from api.spreadsheets.sheet_cells import Bounds
from api.spreadsheets.xlsx.xml_reader import XmlReader

CHUNK_BYTES = 65_536
DIRECTORY_MARK = b"PK\x01\x02"
# Each part costs memory before it is read, and a spreadsheet has some dozens.
MAX_PARTS = 10_000
# Programs pack sheets to a 10th or a 25th, even if all cells are equal; Apache POI has this limit too. Small parts may
# have any ratio. Bombs reach a 1,000th: 27 kB of three million rows took seconds to read.
MAX_COMPRESSION_RATIO = 100
SMALL_PART_BYTES = 1_000_000
# A packed cell has at least one byte for each of its elements. Reading a million elements takes a second.
MAX_ELEMENTS_PER_BYTE = 2
SMALL_PART_ELEMENTS = 250_000
MAX_RELATIONS = 10_000
COMPRESSION_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # XLSX has no others; LZMA may need gigabytes to unpack
ENCRYPTED_FLAG = 1
ZIP_ERRORS = (
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
    """Reference from a part to another part; `kind` is the last word of the reference's type ("worksheet")."""

    id: str
    kind: str
    target: str


class Package:
    """Parts by name, unpacked while they are read and within the bounds.

    The constructor and all methods that read a part raise UnreadableTable and TooLarge.
    """

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        _refuse_many_parts(body)
        self.bounds = bounds
        self._bytes_left = bounds.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except ZIP_ERRORS as error:
            raise build_damage_error(error) from error
        self._refuse_bomb()
        self._refuse_contradictions(len(body))
        self._refuse_unreadable_parts()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read_chunks(self, name: str) -> Iterator[bytes]:
        """Read a part's bytes in chunks, and count them: the size in the directory may be wrong."""
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self._take(len(chunk))
                    yield chunk
        except TooLarge:
            raise
        except ZIP_ERRORS as error:
            raise build_damage_error(error) from error

    def _take(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise TooLarge("too_large.unpacked_more", most=self.bounds.unpacked_bytes)

    def read_part(self, name: str) -> bytes:
        """Return all bytes of a part."""
        return b"".join(self.read_chunks(name))

    def get_part_size(self, name: str) -> int:
        """Return the part's number of bytes according to the directory."""
        return self._zip.NameToInfo[name].file_size

    def limit_elements(self, name: str, most: int) -> int:
        """Return how many elements of the part may be read, by its packed size; at most `most`."""
        packed_bytes = self._zip.NameToInfo[name].compress_size
        return min(most, SMALL_PART_ELEMENTS + MAX_ELEMENTS_PER_BYTE * packed_bytes)

    def read_relations(self, name: str) -> list[Relation]:
        """Read the relations of a part, or of the package if the name is empty; targets are names of parts."""
        folder, file = posixpath.split(name)
        part = posixpath.join(folder, "_rels", f"{file}.rels")
        if part not in self:
            return []
        reader = _RelationReader(part, folder)
        reader.read_whole(self.read_chunks(part))
        return reader.relations

    def _refuse_bomb(self) -> None:
        """Refuse parts that are too large according to the directory, before unpacking any."""
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > self.bounds.unpacked_bytes:
            raise TooLarge("too_large.unpacked", size=unpacked, most=self.bounds.unpacked_bytes)
        for part in parts:
            if part.file_size > max(SMALL_PART_BYTES, MAX_COMPRESSION_RATIO * part.compress_size):
                raise TooLarge("too_large.part", part=part.filename, times=MAX_COMPRESSION_RATIO)

    def _refuse_contradictions(self, size: int) -> None:
        """Refuse parts that overlap, and two parts with one name: programs differ in which they read."""
        parts = self._zip.infolist()
        if sum(part.compress_size for part in parts) > size:
            raise build_damage_error(zipfile.BadZipFile("its parts are larger than the file"))
        if len({part.filename.lower() for part in parts}) < len(parts):
            raise build_damage_error(zipfile.BadZipFile("two of its parts have the same name"))

    def _refuse_unreadable_parts(self) -> None:
        for part in self._zip.infolist():
            if part.flag_bits & ENCRYPTED_FLAG:
                raise build_encryption_error()
            if part.compress_type not in COMPRESSION_METHODS:
                raise UnreadableTable("not_a_spreadsheet.packing")


class _RelationReader(XmlReader):
    def __init__(self, part: str, folder: str) -> None:
        super().__init__(part, MAX_RELATIONS, begin={"Relationship": self._add})
        self.relations: list[Relation] = []
        self._folder = folder

    def _add(self, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.relations.append(Relation(attributes.get("Id", ""), kind, target.lstrip("/")))


def _refuse_many_parts(body: bytes) -> None:
    if body.count(DIRECTORY_MARK) > MAX_PARTS:
        raise TooLarge("too_large.parts", most=MAX_PARTS)


def build_encryption_error() -> UnreadableTable:
    """Build the error of a workbook with a password."""
    return UnreadableTable("encrypted")


def build_damage_error(error: BaseException) -> UnreadableTable:
    """Build the error of a broken workbook, with the text of `error` as the reason."""
    return UnreadableTable("malformed_xlsx", reason=str(error))
