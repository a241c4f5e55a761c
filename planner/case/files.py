"""Files to grids of raw cells: a folder of CSV files, or one workbook.

The bytes decide what a file is, not its name. A grid holds only the rows that have something in
them, each with its number in the spreadsheet, so a formatted cell in the last row costs nothing.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import xlrd
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from planner.case.values import UNCACHED, is_blank
from planner.errors import Cell, Problem

Row = tuple[int, list[object]]

LARGEST = 500 * 1024 * 1024  # bytes, unpacked
_BLANK_ROWS = 1000  # so many formatted but empty rows end a sheet
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")
_IGNORED = re.compile(r"([_.~]|.{0,2}说明|notes|readme).*", re.IGNORECASE)


class Refused(Exception):  # noqa: N818
    """A file that cannot be read at all."""

    def __init__(self, code: str, cell: Cell, **values: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, cell, cell.file, dict(values))


@dataclass(frozen=True)
class Part:
    """A file or sheet that may hold one table. ``load`` reads it, and may raise ``Refused``."""

    name: str
    cell: Cell
    load: Callable[[], list[Row]]
    hidden: bool = False


def parts(path: Path) -> tuple[list[Part], list[Problem]]:
    """What may hold a table in ``path``, and what is wrong with the rest. Opens no table yet."""
    try:
        if path.is_dir():
            return _folder(path)
        head = _head(path)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _xlsx(path), []
        if head.startswith((_OLE, *_BIFF)):
            return _xls(path), []
        if path.suffix.lower() in _WORKBOOKS:
            raise Refused("not_a_workbook", Cell(path.name))
        return [_csv(path)], []
    except Refused as refused:
        return [], [refused.problem]
    except FileNotFoundError:
        return [], [Problem("no_such_path", Cell(path.name), str(path))]
    except OSError as error:
        return [], [Problem("cannot_open", Cell(path.name), path.name, {"why": error.strerror})]


def _ignored(name: str) -> bool:
    return bool(_IGNORED.fullmatch(name.strip()))


def _folder(path: Path) -> tuple[list[Part], list[Problem]]:
    found: list[Part] = []
    problems: list[Problem] = []
    for file in sorted(path.iterdir()):
        if _ignored(file.name) or _ignored(file.stem) or not file.is_file():
            continue
        if file.suffix.lower() == ".csv":
            found.append(_csv(file))
        elif file.suffix.lower() in _WORKBOOKS:
            problems.append(Problem("workbook_in_folder", Cell(file.name), file.name))
    return found, problems


# CSV ----------------------------------------------------------------------------------------------


def _csv(path: Path) -> Part:
    def load() -> list[Row]:
        try:
            return _csv_rows(path)
        except OSError as error:
            raise Refused("cannot_open", Cell(path.name), why=error.strerror) from error

    return Part(path.stem, Cell(path.name), load)


def _csv_rows(path: Path) -> list[Row]:
    cell = Cell(path.name)
    data = _bytes(path)
    if data.startswith((b"PK\x03\x04", _OLE)):
        raise Refused("not_csv", cell)
    text = _decode(data, cell)
    if "\0" in text:
        raise Refused("not_csv", cell)
    delimiter = max(",\t;", key=text[:10_000].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    out: list[Row] = []
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if any(row):
                out.append((number, list(row)))
    except csv.Error as error:
        raise Refused("broken_csv", Cell(path.name, row=number + 1)) from error
    return out


def _decode(data: bytes, cell: Cell) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries: tuple[str, ...] = ("utf-16",)
    else:
        tries = ("utf-8-sig", "gb18030")
    for encoding in tries:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("unknown_encoding", cell)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise Refused("file_too_large", Cell(path.name), limit=LARGEST // 1024**2)
    return path.read_bytes()


# Workbooks ----------------------------------------------------------------------------------------


def _xlsx(path: Path) -> list[Part]:
    cell = Cell(path.name)
    data = io.BytesIO(_bytes(path))
    try:
        with zipfile.ZipFile(data) as archive:
            _check_zip(archive, cell)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
    except Refused:
        raise
    except Exception as error:  # whatever a damaged file makes zipfile, XML or openpyxl raise
        raise Refused("damaged_workbook", cell) from error
    return [
        Part(ws.title, Cell(path.name, ws.title), _loader(path, ws, _xlsx_rows),
             ws.sheet_state != "visible")
        for ws in book.worksheets
        if not _ignored(ws.title)
    ]  # fmt: skip


def _check_zip(archive: zipfile.ZipFile, cell: Cell) -> None:
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise Refused("file_too_large", cell, limit=LARGEST // 1024**2)
    names = {entry.filename.lower() for entry in entries}
    if any(name.startswith("xl/externallinks") for name in names):
        raise Refused("external_links", cell)
    if "xl/workbook.xml" not in names:
        raise Refused("not_a_workbook", cell)


class _Parser(WorkSheetParser):  # type: ignore[misc, unused-ignore]
    """openpyxl's parser of one sheet, which also tells a formula that has no saved result."""

    def parse_cell(self, element: Any) -> Any:
        cell = super().parse_cell(element)
        gave_text = element.get("t") == "str"  # a formula that gave "" is a blank
        if cell["value"] is None and not gave_text and element.find(FORMULA_TAG) is not None:
            cell["value"] = UNCACHED
        return cell


def _xlsx_rows(sheet: Any) -> Iterator[Row]:
    # `iter_rows` would make up every row between two that exist, so the parser is asked itself.
    book = sheet.parent
    with sheet._get_source() as source, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = _Parser(source, sheet._shared_strings, data_only=True, epoch=book.epoch,
                         date_formats=book._date_formats,
                         timedelta_formats=book._timedelta_formats)  # fmt: skip
        for number, cells in parser.parse():
            held = {c["column"]: c["value"] for c in cells if c["value"] is not None}
            yield number, [held.get(i) for i in range(1, max(held, default=0) + 1)]


def _xls(path: Path) -> list[Part]:
    cell = Cell(path.name)
    data = _bytes(path)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("encrypted_workbook", cell)
    try:
        book = xlrd.open_workbook(
            file_contents=data, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
        names = book.sheet_names()
        hidden = [bool(v) for v in book._sheet_visibility] + [False] * len(names)
    except Exception as error:  # whatever a damaged file makes xlrd raise
        code = "encrypted_workbook" if "encrypted" in str(error) else "damaged_workbook"
        raise Refused(code, cell) from error

    def opener(index: int) -> Callable[[object], Iterable[Row]]:
        return lambda _: _xls_rows(book, index)

    return [
        Part(name, Cell(path.name, name), _loader(path, book, opener(i), name), hidden[i])
        for i, name in enumerate(names)
        if not _ignored(name)
    ]


def _xls_rows(book: Any, index: int) -> Iterator[Row]:
    sheet = book.sheet_by_index(index)
    for number in range(sheet.nrows):
        yield number + 1, [_xls_value(book, cell) for cell in sheet.row(number)]


def _xls_value(book: Any, cell: Any) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return "#VALUE!"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#VALUE!")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else cell.value


def _loader(
    path: Path, sheet: Any, rows: Callable[[Any], Iterable[Row]], name: str = ""
) -> Callable[[], list[Row]]:
    def load() -> list[Row]:
        try:
            return _filled(rows(sheet))
        except Exception as error:  # whatever a damaged sheet makes the libraries raise
            raise Refused("damaged_workbook", Cell(path.name, name or sheet.title)) from error

    return load


def _filled(rows: Iterable[Row]) -> list[Row]:
    out: list[Row] = []
    blank = 0
    for number, cells in rows:
        if all(is_blank(cell) for cell in cells):
            blank += 1
            if blank > _BLANK_ROWS:
                break
        else:
            blank = 0
            out.append((number, cells))
    return out
