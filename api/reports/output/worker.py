"""Entry of a subprocess that writes one report, so that a slow report delays no small response.

Standard input is one line of JSON from api/reports/document.py. The suffix of the file name is the format.
"""

import gc
import json
import sys
from pathlib import Path

from api.concurrency.child_processes import exit_with_parent
from api.reports.sections import Report
from api.reports.translations import load_translations

# A page needs all its objects until its end. Garbage collection at Python's default threshold took a third of the time.
GC_THRESHOLD = 100_000


def main() -> None:
    gc.set_threshold(GC_THRESHOLD)
    path = Path(sys.argv[1])
    exit_with_parent(int(sys.argv[2]))
    content = json.loads(sys.stdin.readline())
    report = Report(
        content["figures"], load_translations(content["language"]), content["addresses"], content["edition"]
    )
    if path.suffix == ".xlsx":
        from api.reports.output.xlsx import write_workbook  # noqa: PLC0415 - no picture is drawn for it

        write_workbook(report, path)
        return
    from api.reports.output.html import write_page, write_pdf  # noqa: PLC0415

    (write_pdf if path.suffix == ".pdf" else write_page)(report, content["ground"], path)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
