"""The years ahead as plain values and CSV tables: codes, no names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.plan.cover import Cover
from planner.plan.forecast import Course, Moment, Standing
from planner.plan.forecasts import COURSES, Ahead
from planner.show.export import SCHEMA, Json, Table, Tables, plain, program_version


@dataclass(frozen=True)
class Figure:
    """One figure of a moment: its name in words and JSON, its unit, how it is read."""

    name: str
    unit: str
    read: Callable[[Moment], float | None]


def left(cover: Cover) -> int | None:
    """Seats nobody is there for."""
    return None if cover.filled is None else sum(n for _, n in cover.empty)


def team_met(moment: Moment) -> int | None:
    """How many bounds of the team's targets are met; ``None`` without any."""
    mine = moment.targets[moment.targets["of"] == "team"]
    return int(mine["met"].sum()) if len(mine) else None


FIGURES = (
    Figure("leaving", "people", lambda m: len(m.leaving)),
    Figure("opened", "people", lambda m: sum(n for _, n in m.opened)),
    Figure("open", "people", lambda m: m.seats),
    Figure("filled", "people", lambda m: m.pool.filled),
    Figure("unfilled", "people", lambda m: left(m.pool)),
    Figure("listed", "people", lambda m: m.bench.listed if m.bench else None),
    Figure("near", "people", lambda m: m.bench.near if m.bench else None),
    Figure("bench", "people", lambda m: m.bench.cover.filled if m.bench else None),
    Figure("people", "people", lambda m: m.team.people),
    Figure("mean_age", "years", lambda m: m.team.mean_age),
    Figure("young", "share", lambda m: m.team.young),
    Figure("college", "share", lambda m: m.team.college),
    Figure("met", "count", team_met),
)


def forecasts_json(found: Sequence[Ahead], years: int) -> Json:
    """The forecasts by codes; the first is the baseline."""
    return {"schema": SCHEMA, "planner": program_version(), "baseline": found[0].entry.name,
            "years": years, "scenarios": [_scenario(a) for a in found]}


def _scenario(ahead: Ahead) -> Json:
    entry = ahead.entry
    return {"scenario": entry.name, "title": entry.scenario.title, "status": ahead.status,
            "case": entry.scenario.case.fingerprint,
            **{name: _course(ahead.course(name)) for name in COURSES},
            "recount": None if ahead.forecast is None else "passed"}


def _course(course: Course | None) -> Json | None:
    if course is None:
        return None
    return {"years": [_moment(m) for m in course.years],
            "terms": [_moment(m) for m in course.terms]}


def _moment(m: Moment) -> Json:
    return {
        "date": str(m.day), "year": m.year, "change_of_term": [str(d) for d in m.terms],
        "reaching_limit": [{"person": one.person, "post": one.post, "limit": one.limit,
                            "since": f"{one.day:%Y-%m}", "placed": one.placed}
                           for one in m.leaving],
        "opened": _posts(m.opened), "open": _posts(m.open), "seats": m.seats,
        "pool": {**_cover(m.pool), "set_aside": list(m.pool.set_aside),
                 "dropped_pins": [{"candidate": c, "post": p} for c, p in m.pool.dropped]},
        "bench": None if m.bench is None else _bench(m.bench),
        "team": {"people": m.team.people, "mean_age": plain(m.team.mean_age),
                 "aged_35_or_less": plain(m.team.young),
                 "college_or_more": plain(m.team.college)},
        "targets": [{"target": r["target"], "unit": r["unit"], "actual": plain(r["actual"]),
                     "goal": plain(r["goal"]), "met": bool(r["met"]),
                     "shortfall": plain(r["shortfall"]), "bound": r["bound"],
                     "strength": r["strength"], "of": r["of"]}
                    for r in m.targets.to_dict("records")],
    }


def _posts(seats: Sequence[tuple[str, int]]) -> list[Json]:
    return [{"post": post, "seats": n} for post, n in seats]


def _cover(cover: Cover) -> Json:
    return {"status": cover.status, "proven": cover.proven, "filled": cover.filled,
            "unfilled": left(cover), "empty": _posts(cover.empty)}


def _bench(bench: Standing) -> Json:
    return {"listed": bench.listed, "near_term": bench.near, **_cover(bench.cover)}


def forecast_tables(json: Json) -> Tables:
    """CSV files: the figures of each date, who reaches the limit, which seats open and which stay
    empty, the targets."""
    heads = ["scenario", "course", "date", "year", "change_of_term"]
    figures = ["reaching_limit", "opened", "seats", "filled", "unfilled", "proven",
               "bench_listed", "bench_near_term", "bench_filled", "people", "mean_age",
               "aged_35_or_less", "college_or_more"]
    moments = [([s["scenario"], name, m["date"], m["year"], " ".join(m["change_of_term"])], m)
               for s in json["scenarios"] for name in COURSES if s[name]
               for m in [*s[name]["years"], *s[name]["terms"]]]

    def table(columns: str, rows: Callable[[Json], list[Json]]) -> Table:
        names = columns.split()
        return [*heads, *names], [[*key, *(r[c] for c in names)]
                                  for key, m in moments for r in rows(m)]

    return {
        "forecast": ([*heads, *figures], [
            [*key, len(m["reaching_limit"]), sum(o["seats"] for o in m["opened"]), m["seats"],
             m["pool"]["filled"], m["pool"]["unfilled"], m["pool"]["proven"],
             *((m["bench"] or {}).get(k) for k in ("listed", "near_term", "filled")),
             *m["team"].values()]
            for key, m in moments]),
        "reaching_limit": table("person post limit since placed", lambda m: m["reaching_limit"]),
        "opened": table("post seats", lambda m: m["opened"]),
        "left_empty": table("post seats", lambda m: m["pool"]["empty"]),
        "targets": table("target unit bound of strength goal actual met shortfall",
                         lambda m: m["targets"]),
    }
