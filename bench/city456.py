"""The main job on real figures: 456 communities, 3,000 workers as the pool, three scenarios.

    python bench/city456.py DATA FOLDER

reads the public figures in DATA (``city-456/``, ``workers-3000/``) and writes a case and two
scenarios to FOLDER, ready for ``planner compare FOLDER``. The policy on top of the figures is
invented: alliance 5万 a community, service fund 10万 below 1,500 households, 15万 to 3,000, 20万
above; one secretary and two members vacant in every community.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

EDUCATION = {"< HS Grad": "初中及以下", "HS Grad": "高中/中专", "Some College": "大专",
             "College Grad": "本科", "Advanced Degree": "硕士"}


def write(folder: Path, name: str, heading: str, rows: Iterable[Iterable[object]]) -> None:
    """One table of the case."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(heading.split(","))
        out.writerows(rows)


def read(path: Path) -> list[dict[str, str]]:
    """A CSV as dictionaries."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def service(households: int) -> int:
    """The service standard in yuan."""
    return 100_000 if households < 1500 else 150_000 if households <= 3000 else 200_000


def main(data: Path, folder: Path) -> None:
    """Write the case and its scenarios."""
    base = folder / "base"
    base.mkdir(parents=True, exist_ok=True)
    communities = read(data / "city-456" / "communities.csv")
    streets = read(data / "city-456" / "streets.csv")
    need = {s["street"]: 0 for s in streets}
    for c in communities:
        need[c["street"]] += 50_000 + service(int(c["households"]))
    write(base, "settings", "key,value", [
        ("title", "456 个社区（数字真实，政策虚构）"), ("as_of", "2026-12-31")])
    write(base, "streets", "street,name", [(s["street"], s["name"]) for s in streets])
    write(base, "communities", "community,name,street,households,residents",
          [(c["community"], c["name"], c["street"], c["households"], c["residents"])
           for c in communities])
    write(base, "funds", "fund,name,payee,priority,floor", [
        ("alliance", "党建联盟", "community", 1, 0.5),
        ("service", "服务群众", "community", 2, 0.5)])
    write(base, "standards", "fund,where,amount_yuan", [
        ("alliance", "", 50_000), ("service", "households < 1500", 100_000),
        ("service", "households >= 1500 and households <= 3000", 150_000),
        ("service", "households > 3000", 200_000)])
    write(base, "payers", "payer,name,level,street,appropriation_yuan,order", [
        ("district", "区级", "district", "", sum(need.values()) // 2, 1),
        *((f"street_{s}", s, "street", s, need[s] * (36 + 2 * (i % 5)) // 100, 2)
          for i, s in enumerate(sorted(need)))])
    write(base, "shares", "fund,level,min_share,max_share", [
        ("alliance", "district", 0.5, 0.5), ("alliance", "street", 0.5, 0.5)])
    write(base, "posts", "post,community,kind,seats,max_age,min_education,priority", [
        row for c in communities for row in (
            (f"{c['community']}-secretary", c["community"], "secretary", 1, 50, "大专", 2),
            (f"{c['community']}-member", c["community"], "member", 2, 55, "高中/中专", 1))])
    write(base, "candidates", "candidate,birth,education", [
        (w["id"], f"{2026 - int(w['age'])}.06", EDUCATION[w["education"]])
        for w in read(data / "workers-3000" / "people.csv")])
    write(base, "points", "where,points", [
        ("education >= bachelor", 20), ("age <= 45", 10),
        ("post.kind = secretary and age >= 35", 5)])
    write(base, "targets", "target,group,of,scope,min_share,strength", [
        ("young", "age <= 35", "placed", "district", 0.2, "should")])
    (folder / "cut10.yaml").write_text(
        "title: 区级少出一成\nbaseline: base\nchanges:\n  - name: cut\n    table: payers\n"
        "    where: level = district\n    times: {appropriation_yuan: 0.9}\n", encoding="utf-8")
    (folder / "young30.yaml").write_text(
        "title: 各街道35岁以下不低于30%\nbaseline: base\nchanges:\n  - name: young\n"
        "    table: targets\n    where: target = young\n"
        "    set: {scope: street, min_share: 30%, strength: must}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
