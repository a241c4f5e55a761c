"""A plan made by hand, held against the case: broken rules, distance from the best, repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from planner.case.case import Case
from planner.case.draft import Draft
from planner.errors import Cell, RecountError, SolverError
from planner.model.blocks import unit_of
from planner.model.money.entitlement import cells_of
from planner.model.money.part import MoneyPart
from planner.model.people.rules import PeoplePart
from planner.model.people.targets import bounds_of
from planner.model.people.training import courses_of, is_tied
from planner.model.rule import Breach
from planner.plan.payers import Paid, split
from planner.plan.plan import Plan
from planner.plan.projects import choose
from planner.plan.recount import recount
from planner.plan.relying import as_people, money_beside, nearest_list, recounted, relying
from planner.plan.repair import nearest_amounts
from planner.plan.solve import CLIMBING, solve
from planner.plan.standing import Name, Worth, worth
from planner.solver.watch import Deadline, Tell, silent

Key = tuple[str, str]  # (payee, fund), or (candidate, post)

#: Stands for the payer where nobody may pay, or the draft pays what is not due.
NOBODY = ""


@dataclass(frozen=True)
class Broken:
    """A rule the draft breaks: by how much, and the cell of the draft it stands in, if in one.

    ``kind`` tells broken facts apart: ``no_entitlement``, ``may_not_pay``, ``not_step``, the
    barrier between a candidate and a post, or ``bench_beside``: no bench beside these placements.
    """

    rule: str
    of: str
    by: float
    unit: str
    kind: str = ""
    place: Cell | None = None


@dataclass(frozen=True)
class Distance:
    """The draft in one goal, beside the best proven possible and the best plan as it is paid."""

    draft: Worth
    best: float | None
    plan: float | None

    @property
    def behind(self) -> float | None:
        """How far the draft stays behind; negative: ahead, as only broken rules or ties allow."""
        return None if self.best is None else self.draft.loses(self.best)


@dataclass(frozen=True)
class Change:
    """One cell of the repair, yuan before and after, in all and by payer."""

    payee: str
    fund: str
    before: int
    after: int
    payers_before: Mapping[str, int]
    payers_after: Mapping[str, int]
    place: Cell | None = None


@dataclass(frozen=True)
class Needed:
    """Training a list of placements relies on: the posts it opens, and its cost in yuan."""

    candidate: str
    course: str
    cost: int
    posts: tuple[str, ...]
    place: Cell | None = None


@dataclass(frozen=True)
class Review:
    """What is to be said of a draft.

    ``plan`` is the best plan of the case (``infeasible``: none exists, nor does a repair);
    ``money`` or ``people`` the draft as a plan, ``fixed_money`` or ``fixed_people`` its repair.
    ``missing`` are entitlements the draft says nothing of, taken as 0. ``found_payers`` tells that
    the draft does not say who pays, or not everywhere.
    """

    case: Case
    draft: Draft
    plan: Plan
    broken: tuple[Broken, ...]
    distances: tuple[Distance, ...]
    money: MoneyPart | None = None
    fixed_money: MoneyPart | None = None
    people: PeoplePart | None = None
    fixed_people: PeoplePart | None = None
    missing: tuple[Key, ...] = ()
    found_payers: bool = False
    proven: bool = True

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The cells the repair changes: the amount or, where the draft said it, who pays."""
        if self.money is None or self.fixed_money is None:
            return ()
        out = []
        for key in sorted({*self.money.paid, *self.fixed_money.paid}):
            before, after = self.money.paid.get(key, {}), self.fixed_money.paid.get(key, {})
            said = None not in self.draft.paid.get(key, {None: 0})
            if sum(before.values()) != sum(after.values()) or (said and dict(before) != after):
                out.append(Change(*key, sum(before.values()), sum(after.values()), before, after,
                                  self.draft.places.get(key)))
        return tuple(out)

    @property
    def moved(self) -> int:
        """Yuan by which the amounts of the repair differ from the draft, up and down, in all."""
        return sum(abs(c.after - c.before) for c in self.changes)

    @property
    def needed(self) -> tuple[Needed, ...]:
        """Who has to be trained for the draft to hold, and on what course."""
        if self.people is None or not self.people.trained:
            return ()
        courses = {c.code: c for c in courses_of(self.case)}
        who = {c.candidate: i for i, c in enumerate(self.case.rows("candidates"))}
        what = {p.post: j for j, p in enumerate(self.case.rows("posts"))}
        out = []
        for candidate, code in self.people.trained:
            posts = tuple(p for c, p, _ in self.people.placed
                          if c == candidate and courses[code].opens[who[c], what[p]])
            out.append(Needed(candidate, code, courses[code].cost, posts,
                              self.draft.places.get((candidate, posts[0]))))
        return tuple(out)

    @property
    def people_changes(self) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
        """(candidate, posts before, posts after) of everyone the repair moves."""
        if self.people is None or self.fixed_people is None:
            return ()
        was, now = _posts(self.people), _posts(self.fixed_people)
        return tuple((who, was.get(who, ()), now.get(who, ()))
                     for who in sorted({*was, *now}) if was.get(who, ()) != now.get(who, ()))


def review(
    case: Case, draft: Draft, time_limit: float | None = None, tell: Tell = silent
) -> Review:
    """Review a hand-made plan, read by ``read_draft`` for the same case.

    Raises ``RecountError`` when the repair breaks a rule on being counted again: a fault of the
    program. Where no plan exists at all there is no distance and no repair. ``time_limit`` seconds
    are for the best plan and the repair together; ``tell`` is that of ``solve``.
    """
    deadline = Deadline.after(time_limit)
    alone = case if draft.kind == "people" and is_tied(case) else half(case, draft.kind)
    plan = solve(alone, deadline.part(CLIMBING), tell=tell)
    return _money(case, draft, plan, deadline) if draft.kind == "money" else _people(
        draft, plan, deadline)


def half(case: Case, block: str) -> Case:
    """The case with one block alone."""
    sheets = {n: s for n, s in case.sheets.items() if s.table.block in ("both", block)}
    return replace(case, sheets=sheets, _facts={}, _fields={})


def _money(case: Case, draft: Draft, plan: Plan, deadline: Deadline) -> Review:
    case = plan.case
    cells = {(c.payee, c.fund): c for c in cells_of(case)}
    amounts = {key: sum(by.values()) for key, by in draft.paid.items()}
    said: Paid = {key: {str(p): yuan for p, yuan in by.items() if yuan}
                  for key, by in draft.paid.items() if None not in by}
    spent: dict[str, int] = {}
    for by in said.values():
        for payer, yuan in by.items():
            spent[payer] = spent.get(payer, 0) + yuan
    unsaid = {key: yuan for key, yuan in amounts.items() if key not in said and yuan}
    found = split(case, unsaid, spent)
    # What nobody may pay or is not due is kept, paid by nobody, so that the recount tells it.
    paid: Paid = {key: said.get(key) or found.get(key) or ({NOBODY: yuan} if yuan else {})
                  for key, yuan in amounts.items()}
    paid |= {key: {} for key in cells if key not in paid}
    part = _with_projects(case, MoneyPart({key: paid[key] for key in sorted(paid)}))
    broken = tuple(_broken(b, draft) for b in recount(case, part, None))
    fixed: MoneyPart | None = part
    proven = True
    if plan.money is None:
        fixed = None
    elif broken:
        fixed, proven = _repaired(case, amounts, said, deadline)
    return Review(
        case, draft, plan, broken, _distances(plan, worth(case, part)), money=part,
        fixed_money=fixed, missing=tuple(key for key in cells if key not in draft.paid),
        found_payers=bool(unsaid), proven=proven)


def _repaired(
    case: Case, amounts: Mapping[Key, int], said: Paid, deadline: Deadline
) -> tuple[MoneyPart | None, bool]:
    """The nearest plan, paid as the draft says as far as it can be, and recounted."""
    status, steps = nearest_amounts(case, amounts, deadline.left)
    if status == "infeasible":
        raise SolverError("a plan exists, and no repair was found")
    if not steps:
        return None, False
    found = split(case, steps, wish=said or None)
    part = _with_projects(case, MoneyPart({key: found.get(key, {}) for key in sorted(steps)}))
    if breaches := recount(case, part, None):
        raise RecountError(str(b) for b in breaches)
    return part, status == "optimal"


def _with_projects(case: Case, part: MoneyPart) -> MoneyPart:
    """The amounts with the projects that meet most orders on them, which no draft says itself."""
    chosen = choose(case, part) if case.has("projects") else None
    return part if chosen is None else replace(part, projects=chosen.paid)


def _broken(breach: Breach, draft: Draft) -> Broken:
    first, second, *_ = (*breach.of.split("/"), "", "")
    kind = ""
    if breach.rule == "whole":
        kind = ("no_entitlement" if breach.what == "no such entitlement"
                else "may_not_pay" if breach.what.endswith("may not pay it") else "not_step")
    elif breach.rule == "eligible":
        kind = breach.what
    place = draft.places.get((first, second))
    if place is None and draft.kind == "people":
        place = next((draft.places[k] for k in sorted(draft.places) if breach.of in k), None)
    by = breach.by
    if kind == "no_entitlement":
        by = float(sum(draft.paid.get((first, second), {}).values()))
    return Broken(breach.rule, breach.of, by, unit_of(breach.rule), kind, place)


def _distances(plan: Plan, mine: Mapping[Name, Worth]) -> tuple[Distance, ...]:
    best = {(r.goal, r.part): r.bound for r in plan.goals}
    if plan.status == "infeasible":
        return tuple(Distance(w, None, None) for w in mine.values())
    theirs = worth(plan.case, plan.money, plan.people)
    return tuple(
        Distance(w, best.get(name, best.get((name[0], ""))),
                 theirs[name].value if name in theirs else None)
        for name, w in mine.items())


def _people(draft: Draft, plan: Plan, deadline: Deadline) -> Review:
    case = plan.case
    needed = relying(case, draft.placed, deadline)
    part = replace(as_people(case, draft.placed), trained=needed.trained)
    broken = tuple(_broken(b, draft) for b in (
        *recounted(case, None, part), *needed.lacking))
    fixed: PeoplePart | None = part
    proven, bench = needed.proven, [b for b in bounds_of(case) if b.of == "bench"]
    must = tuple(Broken("target", f"{b.target}/{b.unit}", 0.0, "people", "bench_beside")
                 for b in bench if b.strength == "must")
    if plan.people is None:
        fixed = None
    elif broken or must:
        fixed, status = nearest_list(case, draft.placed, deadline)
        proven &= status == "optimal"
        if not broken and fixed is not None and fixed.placed != part.placed:
            broken = must
    # What its training costs shows in the goals of money, where the awards can pay it.
    tied = is_tied(case) and plan.money is not None and not needed.lacking
    money = money_beside(case, part, deadline) if tied else None
    mine = {name: w for name, w in worth(case, money, part).items()
            if name not in {("targets", b.strength) for b in bench}}
    return Review(case, draft, plan, broken, _distances(plan, mine), people=part,
                  fixed_people=fixed, proven=proven)


def _posts(part: PeoplePart) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for candidate, post, _ in part.placed:
        found[candidate] = (*found.get(candidate, ()), post)
    return found
