"""Docstrings, comments, documents, pages and messages use plain words, and no indirect ones."""

import re
from collections import Counter
from pathlib import Path

import pytest
from helpers.prose import PACKAGES, ROOT, Line, read_docstrings, read_document, read_prose, read_python, read_template

ALLOWED = Path(__file__).with_name("plain_english_allowed.txt")
# Each fault with the words to use in its place.
FAULTS = {
    r"told|tells?|telling": "include, return, message",
    r"says?|said|saying": "state, have, value",
    r"asks?|asked|asking": "request, query",
    r"whom": "who, which people",
    r"anew": "again",
    r"otherwise": "if not",
    r"(?<!body )(?<!one )else": "if not, other",
    r"so (?:many|much)": "a number, a limit",
    r"of which": "a sentence of its own",
    r"none of": "not one of, unknown",
    r"by (?:itself|themselves)": "alone, automatically",
    r"at hand": "pooled, available",
    r"(?:is|are|was|were|be|been) kept|the kept": "stored, cached",
    r"beliefs?|believed?|believes": "current, as of, trust",
    r"knows": "has, contains",
    r"stands?|standing|stood": "is, holds, is active",
    r"whoever|whomever|whatever|whichever": "everybody who, any",
    r"taken for": "read as",
    r"politeness": "priority",
    r"ledgers?": "bitemporal table",
    r"news": "update, change",
    r"speaks?|spoken|spoke": "be about, cover",
    r"(?<! m )(?<!km )(?<!metres )apart": "separate, in a subprocess",
    r"what (?:is|was) (?:given|known|kept|found|made|taken)": "a noun",
    r"all the same": "still",
}
FAULT = re.compile(rf"\b(?:{'|'.join(FAULTS)})\b", re.IGNORECASE)
MOST_PER_1_000 = 2


def find_faults(line: Line) -> list[str]:
    """Return the faults of a line, each with the words to use in its place."""
    return [f"{found[0]!r} ({_get_plain_words(found[0])})" for found in FAULT.finditer(line.text)]


def _get_plain_words(fault: str) -> str:
    return next(plain for pattern, plain in FAULTS.items() if re.search(rf"\b(?:{pattern})\b", fault, re.IGNORECASE))


@pytest.fixture(scope="module")
def faulty() -> list[Line]:
    return [line for line in read_prose() if FAULT.search(line.text)]


@pytest.fixture(scope="module")
def allowed() -> set[str]:
    """Return the lines with a word that is right there, such as a command that the user gives."""
    lines = ALLOWED.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_prose_has_no_indirect_words(faulty: list[Line], allowed: set[str]) -> None:
    faults = [line for line in faulty if str(line) not in allowed]
    assert "\n".join(f"{line.path}:{line.number}: {', '.join(find_faults(line))}: {line.text}" for line in faults) == ""


def test_each_allowed_line_is_still_there_and_has_a_fault(faulty: list[Line], allowed: set[str]) -> None:
    assert sorted(allowed - {str(line) for line in faulty}) == []


def test_docstrings_of_the_packages_have_few_indirect_words() -> None:
    counts: Counter[str] = Counter()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for _, text in read_docstrings(path.read_text(encoding="utf-8")):
            counts["words"] += len(re.findall(r"[A-Za-z']+", text))
            counts["faults"] += len(FAULT.findall(text))
    assert counts["words"] > 10_000
    assert counts["faults"] <= MOST_PER_1_000 * counts["words"] / 1_000


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("What is told of an entry", "told"),
        ("It asks the service", "asks"),
        ("Otherwise the row is refused", "Otherwise"),
        ("a list, else a number", "else"),
        ("answers that are kept", "are kept"),
        ("values apart from the text", "apart"),
        ("The office stands in a list", "stands"),
    ],
)
def test_indirect_word_is_found(text: str, fault: str) -> None:
    (found,) = find_faults(Line("new.md", 1, text))
    assert found.startswith(repr(fault))


@pytest.mark.parametrize(
    "text", ["nobody else", "posts 5 km apart", "5 m apart", "newsletter", "Elsewhere", "asking_price"]
)
def test_other_words_are_no_faults(text: str) -> None:
    assert find_faults(Line("new.md", 1, text)) == []


def test_prose_is_read_without_code() -> None:
    source = '"""Read."""\n\n\ndef ask() -> str:\n    """Return x.\n\n    More.\n    """\n    return "told"  # why\n'
    assert [number for number, text in read_python(source) if text.strip()] == [1, 5, 7, 8, 9]
    assert [text for _, text in read_document("a\n```sh\ntold\n```\nb") if text] == ["a", "```", "b"]
    template = '<p title="told">{{ told }} words</p>\n{# comment #}\n<script>\ntold\n</script>'
    assert [text for _, text in read_template(template)] == ["words", "{# comment #}", "", "", ""]
