"""The years ahead as plain values and CSV tables: codes, no names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.plan.compare import Entry
from planner.plan.forecast import Course, Cover, Forecast, Moment, forecast
from planner.show.export import Json, Tables, plain

COURSES = ("nothing", "followed")


@dataclass(frozen=True)
class Ahead:
    """One scenario and the years after it; without ``forecast`` where nothing could be solved."""

    entry: Entry
    forecast: Forecast | None

    @classmethod
    def of(cls, entry: Entry, years: int) -> Ahead:
        """Look ahead from a scenario that was solved."""
        return cls(entry, None if entry.plan is None else forecast(entry.plan, years))

    def course(self, name: str) -> Course | None:
        """``nothing`` or ``followed``."""
        return None if self.forecast is None else getattr(self.forecast, name)


@dataclass(frozen=True)
class Figure:
    """One figure of a moment: its name in words and JSON, its unit, how it is read."""

    name: str
    unit: str
    read: Callable[[Moment], float | None]


def left(cover: Cover) -> int | None:
    """Seats nobody is there for."""
    return None if cover.filled is None else sum(n for _, n in cover.empty)


FIGURES = (
    Figure("leaving", "people", lambda m: len(m.leaving)),
    Figure("opened", "people", lambda m: sum(n for _, n in m.opened)),
    Figure("open", "people", lambda m: m.seats),
    Figure("filled", "people", lambda m: m.pool.filled),
    Figure("unfilled", "people", lambda m: left(m.pool)),
    Figure("bench", "people", lambda m: m.bench.filled if m.bench else None),
    Figure("people", "people", lambda m: m.team.people),
    Figure("mean_age", "years", lambda m: m.team.mean_age),
    Figure("young", "share", lambda m: m.team.young),
    Figure("college", "share", lambda m: m.team.college),
)


def forecast_json(ahead: Ahead) -> Json:
    """One scenario by codes."""
    entry = ahead.entry
    return {"scenario": entry.name, "title": entry.scenario.title, "status": entry.status,
            **{name: _course(ahead.course(name)) for name in COURSES}}


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
        "pool": _cover(m.pool), "bench": None if m.bench is None else _cover(m.bench),
        "team": {"people": m.team.people, "mean_age": plain(m.team.mean_age),
                 "aged_35_or_less": plain(m.team.young),
                 "college_or_more": plain(m.team.college)},
        "targets": [{"target": r["target"], "unit": r["unit"], "bound": r["bound"],
                     "actual": plain(r["before"]), "goal": plain(r["goal"]),
                     "met": bool(r["met"])} for r in m.targets.to_dict("records")],
    }


def _posts(seats: Sequence[tuple[str, int]]) -> list[Json]:
    return [{"post": post, "seats": n} for post, n in seats]


def _cover(cover: Cover) -> Json:
    return {"status": cover.status, "proven": cover.proven, "filled": cover.filled,
            "unfilled": left(cover), "empty": _posts(cover.empty)}


def forecast_tables(json: Json) -> Tables:
    """Three CSV files: the figures of each date, who reaches the limit, which seats open."""
    heads = ["scenario", "course", "date", "year", "change_of_term"]
    figures = ["reaching_limit", "opened", "seats", "filled", "unfilled", "people", "mean_age",
               "aged_35_or_less", "college_or_more"]
    moments = [([s["scenario"], name, m["date"], m["year"], " ".join(m["change_of_term"])], m)
               for s in json["scenarios"] for name in COURSES if s[name]
               for m in [*s[name]["years"], *s[name]["terms"]]]
    people = ["person", "post", "limit", "since", "placed"]
    return {
        "forecast": ([*heads, *figures], [
            [*key, len(m["reaching_limit"]), sum(o["seats"] for o in m["opened"]), m["seats"],
             m["pool"]["filled"], m["pool"]["unfilled"], *m["team"].values()]
            for key, m in moments]),
        "reaching_limit": ([*heads, *people], [
            [*key, *(r[c] for c in people)] for key, m in moments for r in m["reaching_limit"]]),
        "opened": ([*heads, "post", "seats"], [
            [*key, r["post"], r["seats"]] for key, m in moments for r in m["opened"]]),
    }
