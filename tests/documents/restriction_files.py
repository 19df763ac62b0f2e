"""Files of restrictions, which readers bring themselves: the example of the document."""

import csv
from pathlib import Path

import openpyxl

DOCUMENT = Path(__file__).parents[2] / "docs/loading-restrictions.md"


def write_restriction_files(folder: Path) -> None:
    """Write files with the names that the document gives them."""
    example = DOCUMENT.read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    (folder / "restrictions.csv").write_text(example, encoding="utf-8")
    book = openpyxl.Workbook()
    for row in csv.reader(example.splitlines()):
        book.worksheets[0].append(row)
    book.save(folder / "restrictions.xlsx")
