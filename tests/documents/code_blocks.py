"""The code that the documents print, in the order in which a reader meets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
# Languages of code that no fence names: code in a line of prose, and the target of a link.
INLINE, LINK = "inline", "link"
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code. `language` is that of its fence, "" where the fence names none; or INLINE or LINK."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def list_documents() -> list[str]:
    """Paths of all documents for readers, relative to the repository; the history of changes is none."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in paths if path.name != "CHANGELOG.md")


def read_codes(document: str) -> list[Code]:
    """Every piece of code in the document."""
    return parse_codes(document, (ROOT / document).read_text(encoding="utf-8"))


def parse_codes(document: str, text: str) -> list[Code]:
    return list(_walk(document, MARKDOWN.parse(text), 1))


def _walk(document: str, tokens: Sequence[Token], line: int) -> Iterator[Code]:
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type in {"fence", "code_block"}:
            yield Code(document, line, token.info.strip(), token.content)
        elif token.type == "code_inline":
            yield Code(document, line, INLINE, token.content)
        elif token.type == "link_open":
            yield Code(document, line, LINK, str(token.attrs["href"]))
        yield from _walk(document, token.children or (), line)
