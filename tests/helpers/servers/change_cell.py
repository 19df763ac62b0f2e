"""Change a cell of a spreadsheet in LibreOffice: run by the Python that has its module `uno`, not by ours.

Takes the name of the pipe on which LibreOffice listens, the file, the file to save as, the sheet, the cell, its text.
"""

import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

STARTS_WITHIN_S = 90


def main() -> None:
    pipe, file, saved, sheet, cell, text = sys.argv[1:]
    desktop = connected(pipe).ServiceManager.createInstance("com.sun.star.frame.Desktop")
    document = desktop.loadComponentFromURL(Path(file).as_uri(), "_blank", 0, (option("Hidden", value=True),))
    document.Sheets.getByName(sheet).getCellRangeByName(cell).setString(text)
    document.storeToURL(Path(saved).as_uri(), (option("FilterName", value="Calc MS Excel 2007 XML"),))
    document.close(True)  # noqa: FBT003 - a UNO interface
    desktop.terminate()


def connected(pipe):  # noqa: ANN001, ANN201 - UNO has no types
    resolve = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver").resolve
    end = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            return resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def option(name, *, value):  # noqa: ANN001, ANN201 - UNO has no types
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


main()
