"""Guess of a text's encoding if it is not UTF-8: for a hint in a message only, not for reading the text."""

import re
import unicodedata

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
LOOKED_AT_BYTES = 20_000
# Accented Latin letters occur one by one; words in another script consist of such letters only.
LETTERS_OF_A_WORD = 2.0
LATIN, CYRILLIC, ARABIC = "windows-1252", "windows-1251", "windows-1256"


def likely_encoding(body: bytes, position: int) -> str:
    """Return the Windows encoding in which the bytes from the position on are letters of one script."""
    runs = HIGH_BYTES.findall(body, position, position + LOOKED_AT_BYTES)
    high = b"".join(runs)
    if len(high) < LETTERS_OF_A_WORD * len(runs):
        return LATIN
    return ARABIC if _are_all_of(high, ARABIC, "ARABIC") else CYRILLIC if _are_all_of(high, CYRILLIC, "CYR") else LATIN


def _are_all_of(high: bytes, encoding: str, script: str) -> bool:
    letters = [letter for letter in high.decode(encoding, errors="replace") if letter.isalpha()]
    return bool(letters) and all(unicodedata.name(letter, "").startswith(script) for letter in letters)


def as_utf8(body: bytes) -> bytes:
    """Convert text with a UTF-16 byte order mark, such as Excel's "Unicode text", to UTF-8.

    Raises UnicodeDecodeError.
    """
    return body.decode("utf-16").encode() if body.startswith(UTF_16_MARKS) else body


def as_text(body: bytes) -> str:
    """Return the beginning of a text, without marks and spaces before it; empty for bytes that are not text.

    Letters that are not ASCII may be of any encoding.
    """
    try:
        text = as_utf8(body[: len(body) // 2 * 2] if body.startswith(UTF_16_MARKS) else body)
    except UnicodeDecodeError:
        return ""
    return "" if b"\0" in text else text.decode(errors="replace").lstrip("\ufeff \t\r\n")
