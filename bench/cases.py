"""Invented districts of any size, written as the CSV files a clerk would have. Seeded: no clock."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path

FUNDS = ("alliance", "service", "school", "office", "station", "activity")
LEVELS = ("district", "street", "city")


def write(folder: Path, name: str, heading: str, rows: Iterable[Iterable[object]]) -> None:
    """One table of the case."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(heading.split(","))
        out.writerows(rows)


def money_case(
    folder: Path, communities: int, funds: int = 3, payers: int = 3, *, alike: bool = True,
    keep: float = 0.0,
) -> Path:
    """A money case; ``payers`` counts who may pay a cell: the district, the street, the city.

    ``alike``: standards a household, so cells differ in size only. Otherwise every cell has an
    amount of last year of its own, of which the part ``keep`` is protected and none may grow by
    more than nine tenths: nothing is alike, and no cell can be merged with another.
    """
    rng = random.Random(communities)
    folder.mkdir(parents=True, exist_ok=True)
    streets = max(3, communities // 15)
    at = [f"S{i % streets:04d}" for i in range(communities)]
    size = [rng.randint(300, 4000) for _ in range(communities)]
    kinds = FUNDS[:funds]
    rate = {k: 20 + 10 * i for i, k in enumerate(kinds)}
    whole = {k: rate[k] * sum(size) for k in kinds}
    of = {f"S{i:04d}": sum(n for s, n in zip(at, size, strict=True) if s == f"S{i:04d}")
          for i in range(streets)}
    write(folder, "settings", "key,value", [("as_of", "2026-12-31"), ("step_yuan", "100元")])
    write(folder, "streets", "street,name", [(s, s) for s in of])
    write(folder, "communities", "community,name,street,households",
          [(f"C{i:05d}", f"C{i:05d}", at[i], size[i]) for i in range(communities)])
    write(folder, "funds", "fund,name,payee,priority,floor,keep_last_year,grow_at_most",
          [(k, k, "community", i + 1, 0.3, keep or "", "" if alike else "90%")
           for i, k in enumerate(kinds)])
    write(folder, "standards", "fund,amount_yuan,per", [(k, rate[k], "households") for k in kinds])
    total = sum(whole.values())
    own = [("district", "district", "district", "", int(0.45 * total), 1)]
    own += [(f"p{s}", s, "street", s, sum(rate.values()) * n * rng.randint(20, 40) // 100, 2)
            for s, n in of.items()] if payers > 1 else []
    own += [("city", "city", "city", "", int(0.10 * total), 3)] if payers > 2 else []
    write(folder, "payers", "payer,name,level,street,appropriation_yuan,order", own)
    write(folder, "shares", "fund,level,max_share", [(kinds[0], "district", 0.6)])
    if not alike:
        write(folder, "last_year", "payee,fund,amount_yuan", [
            (f"C{i:05d}", k, rate[k] * size[i] * rng.randint(350, 800) // 1000)
            for i in range(communities) for k in kinds])
    return folder


def people_case(folder: Path, candidates: int, posts: int) -> Path:
    """A people case: posts with limits of age and education, points, one target a district."""
    rng = random.Random(candidates)
    folder.mkdir(parents=True, exist_ok=True)
    homes = max(2, posts // 3)
    write(folder, "settings", "key,value", [("as_of", "2026-12-31")])
    write(folder, "streets", "street,name", [(f"S{i}", f"S{i}") for i in range(5)])
    write(folder, "communities", "community,name,street,households",
          [(f"C{i:04d}", f"C{i:04d}", f"S{i % 5}", 1000) for i in range(homes)])
    write(folder, "posts", "post,community,kind,seats,max_age,min_education,priority", [
        (f"J{j:05d}", f"C{j % homes:04d}", "secretary" if j % 3 == 0 else "member", 1,
         rng.choice((45, 50, 55)), rng.choice(("高中/中专", "大专")), 1 + (j % 3 == 0))
        for j in range(posts)])
    write(folder, "candidates", "candidate,birth,education,experience", [
        (f"K{i:05d}", f"{rng.randint(1968, 2000)}.{rng.randint(1, 12):02d}",
         rng.choice(("高中/中专", "大专", "本科", "硕士")), rng.randint(0, 20))
        for i in range(candidates)])
    write(folder, "points", "where,points",
          [("education >= bachelor", 20), ("age <= 45", 10), ("experience >= 5", 7),
           ("experience >= 10", 6), ("post.kind = secretary and age >= 35", 5)])
    write(folder, "targets", "target,group,of,scope,min_share,strength",
          [("young", "age <= 35", "placed", "district", 0.3, "should")])
    return folder


def reserve_case(folder: Path, candidates: int, posts: int, scarce: bool = False) -> Path:
    """The reserve of a province: about one pair in fifteen is eligible, and no two fit alike.

    Everybody names four of forty streets they would serve in; posts ask for age, education, kind
    and street; points look at the person, at the post and at both. Targets are set for the whole
    and for every street, and some people are kin. ``scarce``: more seats than people.
    """
    rng = random.Random(f"{candidates} {posts} {scarce}")
    folder.mkdir(parents=True, exist_ok=True)
    streets = [f"S{i:02d}" for i in range(40)]
    homes = [(f"C{i:05d}", rng.choice(streets)) for i in range(max(2, posts // 3))]
    trades = ("service", "law", "care", "accounts", "works", "teaching")
    write(folder, "settings", "key,value", [("as_of", "2026-12-31")])
    write(folder, "streets", "street,name", [(s, s) for s in streets])
    write(folder, "communities", "community,name,street,households",
          [(c, c, s, 1000) for c, s in homes])
    write(folder, "posts", "post,community,street,kind,seats,max_age,min_education,where,priority,"
          "trade,years", [
        (f"J{j:05d}", *homes[j % len(homes)], rng.choice(("secretary", "deputy", "member")),
         rng.choice((3, 4, 5) if scarce else (1, 1, 1, 2)), rng.choice((50, 55, "", "")),
         rng.choice(("高中/中专", "大专", "大专", "")),
         "post.street in (street, second, third, fourth)", rng.choice((1, 1, 2)),
         rng.choice(trades), rng.randint(0, 12)) for j in range(posts)])
    people = []
    for i in range(candidates):
        home, street = rng.choice(homes)
        people.append((
            f"K{i:06d}", f"{rng.randint(1968, 2001)}.{rng.randint(1, 12):02d}",
            rng.choice(("男", "女")), rng.choice(("高中/中专", "大专", "大专", "本科", "硕士")),
            rng.choice(("member", "member", "probationary", "masses")), home,
            rng.choice(("now", "later")), rng.choice(("", "", "secretary、deputy", "member")),
            rng.randint(0, 120), street, *rng.sample(streets, 3), rng.choice(trades),
            rng.randint(0, 20)))
    write(folder, "candidates", "candidate,birth,sex,education,affiliation,community,ready,willing,"
          "training_hours,street,second,third,fourth,trade,years", people)
    write(folder, "points", "where,points", [
        ("community = post.community", 31), ("street = post.street", 17),
        ("trade = post.trade", 13), ("years >= post.years", 11), ("ready = now", 19),
        ("education >= bachelor", 7), ("training_hours >= 56", 5),
        ("post.kind = secretary and affiliation = member", 23),
        ("post.kind = secretary and age >= 35", 3), ("second = post.street", 2)])
    write(folder, "targets", "target,group,mean_of,of,scope,min_share,max_mean,strength", [
        ("young", "age <= 35", "", "placed", "street", 0.3 if scarce else 0.4, "", "should"),
        ("bachelor", "education >= bachelor", "", "placed", "street", 0.4 if scarce else 0.5, "",
         "should"),
        ("age", "", "age", "placed", "street", "", 42 if scarce else 40, "should"),
        ("women", "sex = female", "", "placed", "district", 0.5 if scarce else 0.52, "", "aim")])
    kin = {tuple(sorted(rng.sample(range(candidates), 2))) for _ in range(candidates // 50)}
    write(folder, "kin", "person,other", [(f"K{a:06d}", f"K{b:06d}") for a, b in sorted(kin)])
    return folder
