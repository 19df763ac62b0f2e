"""Guess of a text's encoding if it is not UTF-8: for a hint in a message only, not for reading the text."""

import re
import unicodedata

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
ENCODING_SAMPLE_BYTES = 20_000
# Accented Latin letters occur one by one; words in another script consist of such letters only.
MIN_LETTERS_PER_WORD = 2.0
LATIN, CYRILLIC, ARABIC = "windows-1252", "windows-1251", "windows-1256"


def guess_encoding(body: bytes, position: int) -> str:
    """Return the Windows encoding in which the bytes from the position on are letters of one script."""
    runs = HIGH_BYTES.findall(body, position, position + ENCODING_SAMPLE_BYTES)
    high = b"".join(runs)
    if len(high) < MIN_LETTERS_PER_WORD * len(runs):
        return LATIN
    return ARABIC if _is_script(high, ARABIC, "ARABIC") else CYRILLIC if _is_script(high, CYRILLIC, "CYR") else LATIN


def _is_script(high: bytes, encoding: str, script: str) -> bool:
    letters = [letter for letter in high.decode(encoding, errors="replace") if letter.isalpha()]
    return bool(letters) and all(unicodedata.name(letter, "").startswith(script) for letter in letters)


def convert_to_utf8(body: bytes) -> bytes:
    """Convert text with a UTF-16 byte order mark, such as Excel's "Unicode text", to UTF-8.

    Raises UnicodeDecodeError.
    """
    return body.decode("utf-16").encode() if body.startswith(UTF_16_MARKS) else body


def decode_beginning(body: bytes) -> str:
    """Return the beginning of a text, without marks and spaces before it; empty for bytes that are not text.

    Letters that are not ASCII may be of any encoding.
    """
    try:
        text = convert_to_utf8(body[: len(body) // 2 * 2] if body.startswith(UTF_16_MARKS) else body)
    except UnicodeDecodeError:
        return ""
    return "" if b"\0" in text else text.decode(errors="replace").lstrip("\ufeff \t\r\n")
