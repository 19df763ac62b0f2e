"""Streaming XML reader with bounded memory for any input."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar
from xml.parsers import expat

from api.spreadsheets.errors import TooLarge, UnreadableTable

# Files of spreadsheet programs stay far below these. A file of a few kilobytes that is made to exhaust memory unpacks
# to one tag of many megabytes, to endlessly nested tags, or to millions of names, which expat stores.
MAX_TAG_BYTES = 1_000_000
MAX_DEPTH = 100
MAX_NAMES = 5_000
PIECE_BYTES = 65_536


T = TypeVar("T")
BeginHandler = Callable[[dict[str, str]], None]
EndHandler = Callable[[], None]


class XmlReader:
    """Parser that calls a subclass's handlers for the begin and end of elements (names without prefix), and for text.

    A document type declaration is refused, and with it every entity: nothing is expanded or fetched.
    """

    def __init__(
        self,
        part: str,
        most_elements: int,
        *,
        begin: Mapping[str, BeginHandler],
        end: Mapping[str, EndHandler] | None = None,
    ) -> None:
        self.part = part
        self._elements_left = most_elements
        self._most_elements = most_elements
        self._depth = 0
        self._begin, self._end = _LocalNameMap(begin), _LocalNameMap(end or {})
        self._names: dict[str, str] = {}
        self._parser = self._attach_handlers(expat.ParserCreate("utf-8", intern=self._names))

    def handle_text(self, text: str) -> None:
        """Receive a piece of text; an element's text may come in several pieces."""

    def read(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Read chunk by chunk, and yield after each so that the caller can take the collected data.

        Raises UnreadableTable, TooLarge.
        """
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)  # noqa: FBT003 - pyexpat takes it by position only
                fed += len(chunk)
                self._refuse_excess(fed - self._parser.CurrentByteIndex)
                yield
            self._parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            raise self.build_xml_error(str(error)) from error
        yield

    def read_whole(self, chunks: Iterable[bytes]) -> None:
        for _ in self.read(chunks):
            pass

    def build_xml_error(self, reason: str) -> UnreadableTable:
        return UnreadableTable("malformed_xlsx.part", part=self.part, reason=reason)

    def _attach_handlers(self, parser: expat.XMLParserType) -> expat.XMLParserType:
        parser.buffer_text = True
        parser.StartElementHandler = self._handle_begin
        parser.EndElementHandler = self._handle_end
        parser.CharacterDataHandler = self.handle_text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def _handle_begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements_left -= 1
        if begin := self._begin[name]:
            begin(attributes)

    def _handle_end(self, name: str) -> None:
        self._depth -= 1
        if end := self._end[name]:
            end()

    def _refuse_excess(self, unfinished_bytes: int) -> None:
        """Refuse XML beyond the limits, checked after each chunk: one chunk cannot do much harm."""
        if self._elements_left < 0:
            raise TooLarge("too_large.elements", part=self.part, most=self._most_elements)
        if unfinished_bytes > MAX_TAG_BYTES or self._depth > MAX_DEPTH or len(self._names) > MAX_NAMES:
            raise self.build_xml_error("its XML was not written by a spreadsheet program")

    def _refuse_doctype(self, *_: object) -> None:
        raise self.build_xml_error("a document type declaration (DTD) is not allowed")


def split_pieces(xml: bytes) -> Iterator[bytes]:
    """Yield the XML in pieces, so that an error is found before most of the XML is read."""
    for start in range(0, len(xml), PIECE_BYTES):
        yield xml[start : start + PIECE_BYTES]


class _LocalNameMap(dict[str, T | None], Generic[T]):
    """Handlers by name without prefix, which the writer of the file chooses; None for all other names."""

    def __init__(self, named: Mapping[str, T]) -> None:
        super().__init__(named)
        self._named = named

    def __missing__(self, name: str) -> T | None:
        found = self[name] = self._named.get(name.rpartition(":")[2])
        return found
