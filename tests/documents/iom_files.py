"""Files in the form of IOM's, which readers bring themselves: IOM's own may not be passed on."""

import csv
import json
from pathlib import Path

import openpyxl

POINTS = [("PoE code", "Date", "Status"), ("OA-4610", "2020-05-08", "Fully closed")]
MATRIX = {"ARRIVAL_ISO3": ["AFG", "FJI"], "AFG": ["0-0", "3-99"], "FJI": ["2-1,20", ""]}


def write_iom_files(folder: Path) -> None:
    """Write files with the names that the documents give them."""
    book = openpyxl.Workbook()
    for row in POINTS:
        book.worksheets[0].append(row)
    book.save(folder / "points.xlsx")
    with (folder / "points.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(POINTS)
    for name in ("matrix.js", "heatmap_2021-02-01.js"):
        (folder / name).write_text(f"var RestrictionMatrix = {json.dumps(MATRIX)};", encoding="utf-8")
