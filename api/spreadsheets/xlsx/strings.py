"""Texts that cells of an XLSX workbook share."""

from api.spreadsheets.errors import TooLarge
from api.spreadsheets.sheet_cells import TextBudget
from api.spreadsheets.xlsx.xml_reader import XmlReader

# All elements of texts without formatting, except the root element.
PLAIN_TAGS = (b"<si>", b"<t>", b"<t ", b"<t/>")
STRING_END = b"</si>"


class StringReader(XmlReader):
    """Reader that collects `lengths`: the number of characters of each text, without phonetic guides (East Asia).

    Raises UnreadableTable and TooLarge, also for more than `most_strings` texts.
    """

    def __init__(self, part: str, most_strings: int, budget: TextBudget, *, most_elements: int) -> None:
        begin = {"si": self._begin_string, "rPh": self._begin_phonetic, "t": self._begin_text}
        end = {"si": self._end_string, "rPh": self._end_phonetic, "t": self._end_text}
        super().__init__(part, most_elements, begin=begin, end=end)
        self.lengths: list[int] = []
        self._most = most_strings
        self._budget = budget
        self._length = 0
        self._is_text = self._is_phonetic = False

    def handle_text(self, text: str) -> None:
        if self._is_text:
            self._budget.take(len(text))
            self._length += len(text)

    def _begin_string(self, _: dict[str, str]) -> None:
        self._length = 0

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _begin_text(self, _: dict[str, str]) -> None:
        self._is_text = not self._is_phonetic

    def _end_text(self) -> None:
        self._is_text = False

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _end_string(self) -> None:
        if len(self.lengths) >= self._most:
            raise TooLarge("too_large.texts", most=self._most)
        self.lengths.append(self._length)


def measure_plain_strings(xml: bytes) -> list[int] | None:
    """Return an upper bound of each text's length (in bytes) without parsing; None if the texts have formatting."""
    if xml.count(b"<") - xml.count(b"</") - xml.count(b"<?xml ") != 1 + sum(map(xml.count, PLAIN_TAGS)) or b"\0" in xml:
        return None
    return [len(text) for text in xml[max(xml.find(PLAIN_TAGS[0]), 0) :].split(STRING_END)[:-1]]
