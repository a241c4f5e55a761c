"""The basic situation as paragraphs, in the manner of a survey report: situation, shortfalls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from planner.case.case import Case
from planner.case.profile import (
    Band,
    Cadres,
    Communities,
    Figure,
    Profile,
    Share,
    Staff,
    profile,
    tenth,
)
from planner.words import say

NAMED = 5  # communities short of staff that are named; all are in the JSON

# A line may break anywhere in Chinese, but not within a number nor before a closing mark.
_ATOMS = re.compile(r"[(“《]*(?:[0-9A-Za-z.,%]+|\s+|.)[,。;、:)”》%]*", re.DOTALL)


def print_profile(case: Case, lang: str, console: Console) -> None:
    """Print the profile of ``case`` in ``lang``, wrapped to the console."""
    found = profile(case)
    write = _Writer(lang)
    for title, paragraphs in (
        ("situation", write.situation(found)), ("shortfalls", write.shortfalls(found)),
    ):
        console.print(Text(write.say(title), style="bold"))
        for paragraph in paragraphs:
            console.print(Text(wrap(paragraph, lang, console.width)))
        console.print()


def wrap(text: str, lang: str, width: int) -> str:
    """``text`` in lines of ``width`` cells. English is left to the console."""
    if lang != "zh":
        return text
    lines = [""]
    for atom in _ATOMS.findall(text):
        if lines[-1] and cell_len(lines[-1] + atom) > width:
            lines.append("")
        lines[-1] += atom
    return "\n".join(lines)


class _Writer:
    """Sentences of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, key: str, **values: object) -> str:
        return say(f"profile.{key}", self.lang, **{k: self.value(v) for k, v in values.items()})

    def value(self, value: object) -> object:
        """A number as the language writes it; what is not given is said so."""
        match value:
            case None:
                return say("profile.not_given", self.lang)
            case Figure():
                return self.value(value.total)
            case int():
                return f"{value:,}" if self.lang == "en" else str(value)
            case _:
                return value

    def join(self, parts: Sequence[str]) -> str:
        return self.say("stop").join(parts)

    def gap(self, **missing: int) -> str:
        """How many communities did not give each figure; empty when all did."""
        items = [self.say("gap_item", what=self.say(f"field_{k}"), n=n)
                 for k, n in missing.items() if n]
        return self.say("gap", items=items) if items else ""

    def situation(self, found: Profile) -> list[str]:
        here, cadres = found.communities, found.cadres
        return [
            *(self.communities(here, found.streets) if here else [self.say("no_communities")]),
            *(self.cadres(cadres) if cadres else [self.say("no_cadres")]),
        ]

    def communities(self, here: Communities, streets: int) -> list[str]:
        kinds = [self.say("kind", kind=self.say(f"kind_{kind}"), count=count)
                 for kind, count in here.kinds.items()]
        gaps = {f: getattr(here, f).missing
                for f in ("committees", "general_branches", "branches", "members",
                          "floating_members")}
        basis = self.say("floating_basis") if here.floating_share_missing else ""
        return [
            self.say("population", streets=streets, communities=here.number, kinds=kinds,
                     residents=here.residents, gap=self.gap(residents=here.residents.missing)),
            self.sizes("residents", here.resident_bands, here.residents),
            self.sizes("households", here.household_bands, here.households),
            self.say("organisation", committees=here.committees, branches=here.branches,
                     general_branches=here.general_branches, members=here.members,
                     floating=here.floating_members, share=self.percent(here.floating_share),
                     basis=basis, gap=self.gap(**gaps)),
        ]

    def sizes(self, of: str, found: Sequence[Band], total: Figure) -> str:
        """The largest band first, as reports have it."""
        low, middle, top = found
        scale, unit = int(self.say(f"{of}_scale")), self.say(f"{of}_unit")

        def cut(n: int | None) -> str:
            assert n is not None
            return f"{n / scale:g}{unit}" if scale > 1 else f"{n:,}"

        bands = [
            self.say(f"{of}_top", low=cut(top.low), count=top.count),
            self.say(f"{of}_middle", low=cut(middle.low), high=cut(top.low), count=middle.count),
            self.say(f"{of}_low", high=cut(middle.low), count=low.count),
        ]
        key = "sizes_none" if total.total is None else "sizes"
        return self.say(key, what=self.say(f"field_{of}"), bands=self.join(bands),
                        gap=self.gap(**{of: total.missing}))

    def cadres(self, cadres: Cadres) -> list[str]:
        young, middle, old = cadres.age_bands
        nested = self.band("age_nested", cadres.nested_age)
        ages = [self.band("age_young", young), self.band("age_middle", middle) + nested,
                self.band("age_old", old)]
        levels = [
            self.say("education_item", level=self.level(e.level), below=self.level(e.below),
                     count=e.at_least.count, share=self.percent(e.at_least),
                     low_count=e.at_most_below.count, low_share=self.percent(e.at_most_below))
            for e in cadres.education
        ]
        unknown = partial(self.say, "people_gap")
        return [
            self.say("cadres", number=cadres.number, mean=cadres.mean_per_community,
                     age=cadres.mean_age, ages=self.join(ages),
                     gap=unknown(n=cadres.age_missing) if cadres.age_missing else ""),
            self.say("education", levels=self.join(levels),
                     gap=unknown(n=cadres.education_missing) if cadres.education_missing else ""),
        ]

    def shortfalls(self, found: Profile) -> list[str]:
        here = found.communities
        force = self.staff(found.staff, found.cadres) if found.staff else self.say("no_staff")
        if here is None:
            return [force]
        income, smallest = here.without_collective_income, here.smallest_premises
        named = [self.say("premises_item", name=p.name, area=f"{p.premises_m2:g}")
                 for p in smallest]
        return [
            force,
            self.say("income" if income.of else "income_none", count=income.count, of=income.of,
                     share=self.percent(income),
                     gap=self.gap(collective_income=here.collective_income_missing)),
            self.say("premises" if named else "premises_none", named=named,
                     gap=self.gap(premises=here.premises_missing)),
        ]

    def staff(self, staff: Staff, cadres: Cadres | None) -> str:
        named = [self.say("staff_item", name=s.name, n=s.short)
                 for s in staff.communities_short[:NAMED]]
        text = self.say("staff_none" if staff.seats is None else "staff", seats=staff.seats,
                        in_post=staff.in_post, short=staff.short, n=len(staff.communities_short))
        if named:
            text += self.say("staff_named", named=named)
        if staff.short_outside_communities:
            text += self.say("staff_outside", n=staff.short_outside_communities)
        if staff.posts_without_seats and staff.seats is not None:
            text += self.say("staff_gap", n=staff.posts_without_seats)
        if cadres and cadres.education:
            cut = cadres.education[0]
            text += self.say("staff_cadres", below=self.level(cut.below),
                             low_count=cut.at_most_below.count,
                             low_share=self.percent(cut.at_most_below),
                             old=self.band("age_old", cadres.age_bands[-1]))
        return text

    def band(self, key: str, band: Band) -> str:
        """Only the bounds the sentence names: an open one is never shown."""
        bounds: dict[str, Any] = {"low": band.low, "high": band.high}
        return self.say(key, count=band.count, share=self.percent(band),
                        **{k: "" if v is None else v for k, v in bounds.items()})

    def percent(self, share: Share) -> str:
        return "—" if share.share is None else f"{tenth(share.share * 100):.1f}%"

    def level(self, code: str) -> str:
        return self.say(f"education_{code}")
