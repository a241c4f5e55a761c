"""Pairs of candidates and posts that are priced, not listed: what each would be worth.

A large case has more eligible pairs than a solver should be given. It gets a pool of them; all
others are priced from the duals of its rows, in blocks of arrays, and those that could improve
the plan join the pool. Where none can, the linear plan over the pool is the best over all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.case.case import Case
from planner.model.people.pool import Array
from planner.model.people.variables import People, people_classes, people_of

#: Cells of a block of pairs held at a time.
BLOCK = 4_000_000
#: The first pool: best pairs of each class of candidates, and of each seat of a class of posts.
EACH_CANDIDATE, EACH_POST = 2, 8
#: What joins the pool in a round, likewise.
MORE_CANDIDATE, MORE_POST = 2, 8
#: How much the scores of the first pool are stirred, in parts of their range: among many alike,
#: each post would else be offered the same few.
STIR = 0.05
#: A reduced cost below this is none.
NOTHING = 1e-7


@dataclass(frozen=True)
class Prices:
    """The duals of the rows, by what they are about: ``seat`` (J,), ``post`` (I,), ``target`` (G,).

    ``fit`` is what a point of fit is worth (its part in the goal less the dual of the row that
    holds it); ``kin`` what a class of candidates pays in a community, as (I, J, dual) arrays.
    """

    seat: Array
    post: Array
    target: Array
    fit: float
    kin: tuple[Array, Array, Array]


@dataclass(frozen=True)
class Pairs:
    """All eligible pairs of classes I of candidates and J of posts, over G bounds, as arrays.

    ``first`` and ``at`` are the members that stand for a class, ``members`` and ``posts`` how many
    it has. Nothing of the size of all pairs is held: blocks of them are.
    """

    people: People
    who: tuple[tuple[int, ...], ...]
    what: tuple[tuple[int, ...], ...]
    first: Array  # (I,)
    at: Array  # (J,)
    seats: Array  # (J,)
    members: Array  # (I,)
    posts: Array  # (J,)
    weights: Array  # (G, I)
    inside: Array  # (G, J)

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges of classes of candidates small enough to be held against all posts."""
        step = max(1, BLOCK // max(1, len(self.what)))
        for a in range(0, len(self.who), step):
            yield a, min(len(self.who), a + step)

    def open(self, a: int, b: int) -> Array:
        """(b − a, J) booleans: eligible."""
        return np.asarray(self.people.eligible[self.first[a:b]][:, self.at])

    def fit(self, a: int, b: int) -> Array:
        """(b − a, J) points."""
        return np.asarray(self.people.fit[self.first[a:b]][:, self.at])

    def count(self) -> int:
        """How many eligible pairs of classes there are."""
        return sum(int(self.open(a, b).sum()) for a, b in self.blocks())

    def most(self, I: Array, J: Array) -> Array:
        """The most people of a class that fit on a class of posts."""
        return np.asarray(np.minimum(self.seats[J], self.members[I] * self.posts[J]), dtype=float)

    def reduced(self, a: int, b: int, prices: Prices) -> Array:
        r"""(b − a, J) reduced costs; not a number where a pair is not eligible.

        .. math:: d_{ij} = \varphi f_{ij} - \pi_j - \rho_i - \sum_g \tau_g\, s_{gi}\, [j \in g]
                  - \kappa_{ij}
        """
        d = prices.fit * self.fit(a, b)
        d -= prices.seat[None, :]
        d -= prices.post[a:b, None]
        if len(prices.target):
            d -= (self.weights[:, a:b] * prices.target[:, None]).T @ self.inside
        I, J, dual = prices.kin
        mine = np.isin(I, np.arange(a, b))
        np.subtract.at(d, (I[mine] - a, J[mine]), dual[mine])
        d[~self.open(a, b)] = np.nan
        return d


def pairs_of(case: Case) -> Pairs:
    """The classes of a case and what is needed to price any pair of them."""
    p = people_of(case)
    who, what = people_classes(p)
    first = np.array([m[0] for m in who], dtype=int)
    at = np.array([m[0] for m in what], dtype=int)
    inside = np.zeros((len(p.bounds), len(what)))
    weights = np.zeros((len(p.bounds), len(who)))
    for g, bound in enumerate(p.bounds):
        posts = set(bound.posts)
        inside[g] = [bool(posts.intersection(J)) for J in what]
        weights[g] = bound.weights[first]
    return Pairs(
        p, who, what, first, at,
        np.array([sum(int(p.seats.vacant[j]) for j in J) for J in what], dtype=int),
        np.array([len(I) for I in who], dtype=int), np.array([len(J) for J in what], dtype=int),
        weights, inside)


def best_of(
    pairs: Pairs, scores: Iterator[tuple[int, Array]], each: int, per_post: Array
) -> Array:
    """Keys of the pairs with the highest scores: ``each`` a candidate, ``per_post`` (J,) a post.

    ``scores`` are (first class, block) with not-a-number where a pair is out. A key is I · J + j.
    """
    n, wide = len(pairs.what), int(per_post.max(initial=1))
    top, who = np.full((n, wide), -np.inf), np.zeros((n, wide), dtype=int)
    found = []
    for a, given in scores:
        block = np.where(np.isnan(given), -np.inf, given)
        k = min(each, n)
        pick = np.argpartition(block, n - k, axis=1)[:, n - k:]
        value = np.take_along_axis(block, pick, 1)
        row, at = np.nonzero(value > -np.inf)
        found.append((a + row) * n + pick[row, at])
        k = min(wide, block.shape[0])
        pick = np.argpartition(block, block.shape[0] - k, axis=0)[block.shape[0] - k:].T
        value = np.concatenate([top, np.take_along_axis(block.T, pick, 1)], axis=1)
        names = np.concatenate([who, a + pick], axis=1)
        order = np.argsort(-value, axis=1, kind="stable")[:, :wide]
        top, who = np.take_along_axis(value, order, 1), np.take_along_axis(names, order, 1)
    post, place = np.nonzero((top > -np.inf) & (np.arange(wide)[None, :] < per_post[:, None]))
    found.append(who[post, place] * n + post)
    return np.unique(np.concatenate(found))


def first_pool(pairs: Pairs) -> Array:
    """Keys of the pairs to start with: the best of each side, and all that rules name."""
    p, n = pairs.people, len(pairs.what)
    rng = np.random.default_rng(0)
    spread = STIR * float(p.fit.max(initial=0.0) - p.fit.min(initial=0.0)) or 1.0

    def scores() -> Iterator[tuple[int, Array]]:
        for a, b in pairs.blocks():
            noise = rng.standard_normal((b - a, n)) * spread
            yield a, np.where(pairs.open(a, b), pairs.fit(a, b) + noise, np.nan)

    if not n or not len(pairs.who):
        return np.zeros(0, dtype=int)
    per_post = np.minimum(EACH_POST * np.maximum(pairs.seats, 1), len(pairs.who))
    return np.unique(np.concatenate([
        best_of(pairs, scores(), EACH_CANDIDATE, per_post), _named(pairs), _counted(pairs)]))


def _named(pairs: Pairs) -> Array:
    """Pinned pairs, those of an earlier plan, and all of who may hold several posts."""
    p, n = pairs.people, len(pairs.what)
    of = {i: I for I, members in enumerate(pairs.who) for i in members}
    at = {j: J for J, posts in enumerate(pairs.what) for j in posts}
    keys = [of[i] * n + at[j] for i, j in (*p.pins, *p.earlier) if j in at]
    several = np.flatnonzero(p.capacity[pairs.first] > 1)
    I, J = np.nonzero(p.eligible[pairs.first[several]][:, pairs.at])
    return np.concatenate([np.array(keys, dtype=int), several[I] * n + J])


def _counted(pairs: Pairs) -> Array:
    """One pair that counts in each bound that must hold, so that its row is stated."""
    n, keys = len(pairs.what), []
    for g, bound in enumerate(pairs.people.bounds):
        if bound.strength != "must":
            continue
        who = np.flatnonzero(pairs.weights[g])
        what = np.flatnonzero(pairs.inside[g])
        for I in who.tolist():
            J = what[pairs.people.eligible[pairs.first[I], pairs.at[what]]]
            if len(J):
                keys.append(I * n + int(J[0]))
                break
    return np.array(keys, dtype=int)
