"""Text in files that are XML: feeds, QGIS's projects and styles, and the parts of a spreadsheet."""

import re

# XML 1.0, 2.2. Half of a surrogate pair is no character at all.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with U+FFFD in place of each character that XML cannot hold, in whatever way it is escaped."""
    return text if text.isascii() and text.isprintable() else NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
