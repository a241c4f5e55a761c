"""Reading: a workbook of 3,000 rows and a CSV of 100,000, beside what the libraries alone take."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import openpyxl

EDUCATION = ("高中/中专", "大专", "本科", "硕士")
HEADS = ("编号", "姓名", "性别", "出生年月", "学历", "政治面貌", "意愿岗位", "可任职数", "考核")


def people(rows: int) -> list[list[object]]:
    """A reserve register, as it is typed."""
    rng = random.Random(rows)
    return [[f"K{i:06d}", f"候选{i}", rng.choice("男女"),
             f"{rng.randint(1968, 2000)}.{rng.randint(1, 12):02d}", rng.choice(EDUCATION),
             rng.choice(("中共党员", "中共预备党员")), "书记、委员", 1,
             rng.choice(("优秀", "称职"))]
            for i in range(rows)]


def payees(rows: int) -> list[list[object]]:
    """Communities with figures, as a finance clerk has them."""
    rng = random.Random(rows)
    return [[f"C{i:06d}", f"第{i}社区", f"S{i % 50:02d}", rng.randint(300, 4000),
             rng.randint(900, 12000), rng.randint(10, 400), rng.randint(10, 400) / 10]
            for i in range(rows)]


PAYEE_HEADS = ("社区编码", "社区名称", "街道编码", "户数", "常住人口", "党员数", "服务面积")


def write_csv(folder: Path, rows: int) -> Path:
    """A folder with one large table of people."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "candidates.csv").open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADS)
        out.writerows(people(rows))
    return folder


def write_book(path: Path, rows: int) -> Path:
    """A workbook with two sheets of so many rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    for title, heads, made in (("后备人选", HEADS, people), ("社区", PAYEE_HEADS, payees)):
        sheet = book.create_sheet(title)
        sheet.append(heads)
        for row in made(rows):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path
