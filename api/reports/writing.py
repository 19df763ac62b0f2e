"""Writes one report: a process of its own, so that what takes long keeps nobody waiting for a small answer.

Standard input is one line of JSON: what api/reports/made.py passes on. What is written is told by the file's name.
"""

import gc
import json
import sys
from pathlib import Path

from api.reports.sections import Report
from api.reports.words import words_of
from api.server.parent import end_with_parent

# What a page is made of is needed to its end. Looking for garbage at Python's own pace took a third of the time.
NEW_OBJECTS_BEFORE_A_LOOK = 100_000


def main() -> None:
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK)
    path = Path(sys.argv[1])
    end_with_parent(int(sys.argv[2]))
    given = json.loads(sys.stdin.readline())
    report = Report(given["figures"], words_of(given["language"]), given["addresses"], given["edition"])
    if path.suffix == ".xlsx":
        from api.reports.workbook import write_workbook  # noqa: PLC0415 - no picture is drawn for it

        write_workbook(report, path)
        return
    from api.reports.page import write_page, write_pdf  # noqa: PLC0415

    (write_pdf if path.suffix == ".pdf" else write_page)(report, given["ground"], path)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
