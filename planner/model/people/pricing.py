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
from planner.model.people.match import Match, Named
from planner.model.people.pool import Array
from planner.model.people.rounding import Rounded, rounded
from planner.model.people.variables import People, large_classes, patterns_of, people_of

#: Cells of a block of pairs held at a time.
BLOCK = 1 << 20
#: The first pool: best pairs of each class of candidates, and of each seat of a class of posts;
#: of the side there is too little of, more.
EACH_CANDIDATE, EACH_POST = (2, 4), (8, 2)
#: What joins the pool in a round, likewise.
MORE_CANDIDATE, MORE_POST = 2, 8
#: How much the scores of the first pool are stirred, in parts of their range: among many alike,
#: each post would else be offered the same few.
STIR = 0.05
#: A reduced cost below this is none.
NOTHING = 1e-7


@dataclass(frozen=True)
class Prices:
    """The duals of the rows, by what they are about: ``seat`` (J,), ``post`` (I,), ``target`` (G,)
    with those of the sharpened bounds behind them.

    ``fit`` is what a point of fit is worth (its part in the goal less the dual of the row that
    holds it); ``kin`` what a class of candidates pays in a community, by pairs of classes.
    """

    seat: Array
    post: Array
    target: Array
    fit: float
    kin: Named


@dataclass(frozen=True)
class Pairs:
    """All eligible pairs of classes I of candidates and J of posts, over G bounds of targets, those
    that are sharpened counted again.

    ``match`` knows them, by class; ``first`` and ``at`` are the members that stand for a class,
    ``members`` and ``posts`` how many it has. ``weights[weighs[g]]`` (I,) is what each class counts
    in bound g, ``counted[pattern[J]]`` are the bounds that count a class of posts. Nothing of the
    size of all pairs is ever held: blocks of them are.
    """

    people: People
    match: Match
    who: tuple[tuple[int, ...], ...]
    what: tuple[tuple[int, ...], ...]
    first: Array  # (I,)
    at: Array  # (J,)
    seats: Array  # (J,)
    members: Array  # (I,)
    posts: Array  # (J,)
    weights: Array
    weighs: Array  # (G,)
    counted: tuple[tuple[int, ...], ...]
    pattern: Array  # (J,)
    rounded: tuple[Rounded, ...]

    def blocks(self) -> Iterator[Block]:
        """Blocks in which every eligible pair is once."""
        for J, I in self.match.blocks(BLOCK, self.pattern):
            yield Block(self, J, I)

    def count(self) -> int:
        """How many eligible pairs of classes there are."""
        return self.match.count()

    def most(self, I: Array, J: Array) -> Array:
        """The most people of a class that fit on a class of posts."""
        return np.asarray(np.minimum(self.seats[J], self.members[I] * self.posts[J]), dtype=float)

    def all_of(self) -> Array:
        """(I,) how many posts a class of candidates may hold."""
        return np.asarray(self.members * self.people.capacity[self.first])

    def key(self, I: Array, J: Array) -> Array:
        """One number for each pair."""
        return np.asarray(I * len(self.what) + J)


@dataclass(frozen=True)
class Block:
    """Pairs of some classes of posts, all counted by the same bounds, and of candidates."""

    pairs: Pairs
    J: Array
    I: Array

    def fit(self) -> Array:
        """(J, I) points; not a number where a pair is shut after all."""
        out = self.pairs.match.fit(self.J, self.I)
        row, column, _ = self.pairs.match.shut.inside(self.J, self.I)
        out[row, column] = np.nan
        return out

    def bounds(self) -> tuple[int, ...]:
        """The bounds that count these posts."""
        return self.pairs.counted[self.pairs.pattern[self.J[0]]]

    def reduced(self, prices: Prices) -> Array:
        r"""(J, I) reduced costs; not a number where a pair is not eligible.

        .. math:: d_{ij} = \varphi f_{ij} - \pi_j - \rho_i - \sum_g \tau_g\, s_{gi}\, [j \in g]
                  - \kappa_{ij}
        """
        pays = prices.post[self.I].copy()
        for g in self.bounds():
            if prices.target[g]:
                pays += prices.target[g] * self.pairs.weights[self.pairs.weighs[g], self.I]
        d = self.fit()
        d *= prices.fit
        d -= prices.seat[self.J][:, None]
        d -= pays[None, :]
        row, column, dual = prices.kin.inside(self.J, self.I)
        np.subtract.at(d, (row, column), dual)
        return d


def pairs_of(case: Case) -> Pairs:
    """The classes of a case and what is needed to price any pair of them."""
    p = people_of(case)
    who, what = large_classes(p)
    first = np.array([m[0] for m in who], dtype=int)
    at = np.array([m[0] for m in what], dtype=int)
    pattern, counted = patterns_of(p)
    sharp = tuple(rounded(p.bounds, p.seats))
    again = {r.g: len(p.bounds) + k for k, r in enumerate(sharp)}
    counted = [(*mine, *(again[g] for g in mine if g in again)) for mine in counted]
    known: dict[bytes, int] = {}
    given = [*(b.weights for b in p.bounds), *(r.weights for r in sharp)]
    weighs = [known.setdefault(weights.tobytes(), len(known)) for weights in given]
    distinct = np.array([np.frombuffer(w)[first] for w in known]).reshape(len(known), len(who))
    return Pairs(
        p, p.match.of(first, at), who, what, first, at,
        np.array([sum(int(p.seats.vacant[j]) for j in J) for J in what], dtype=int),
        np.array([len(I) for I in who], dtype=int), np.array([len(J) for J in what], dtype=int),
        distinct, np.array(weighs, dtype=int), tuple(counted), pattern[at], sharp)


class Best:
    """The best pairs so far: ``each`` a candidate, ``per_post`` (J,) a post."""

    def __init__(self, pairs: Pairs, each: int, per_post: Array) -> None:
        self.pairs, self.per_post = pairs, per_post
        self.score = np.full((each, len(pairs.who)), -np.inf)
        self.post = np.full((each, len(pairs.who)), -1)
        self.found: list[Array] = []

    def see(self, block: Block, score: Array) -> None:
        """A block with its scores, −∞ where a pair is out of it."""
        self._of_posts(block, score)
        k = min(len(self.score), len(block.J))
        I = block.I
        beats = np.flatnonzero(score.max(axis=0) > self.score[:, I].min(axis=0))
        if not len(beats):
            return
        score, I = score[:, beats], I[beats]
        pick = np.argpartition(score, len(block.J) - k, axis=0)[len(block.J) - k:]
        both = np.concatenate([self.score[:, I], np.take_along_axis(score, pick, 0)])
        posts = np.concatenate([self.post[:, I], block.J[pick]])
        order = np.argsort(-both, axis=0, kind="stable")[: len(self.score)]
        self.score[:, I] = np.take_along_axis(both, order, 0)
        self.post[:, I] = np.take_along_axis(posts, order, 0)

    def _of_posts(self, block: Block, score: Array) -> None:
        """All people a post could have are in its block."""
        most = min(int(self.per_post[block.J].max(initial=0)), len(block.I))
        if not most:
            return
        pick = np.argpartition(score, len(block.I) - most, axis=1)[:, len(block.I) - most:]
        value = np.take_along_axis(score, pick, 1)
        order = np.argsort(-value, axis=1, kind="stable")
        rank = np.arange(most)[None, :] < self.per_post[block.J][:, None]
        row, at = np.nonzero(rank & (np.take_along_axis(value, order, 1) > -np.inf))
        I = block.I[np.take_along_axis(pick, order, 1)[row, at]]
        self.found.append(self.pairs.key(I, block.J[row]))

    def keys(self) -> Array:
        """Their keys."""
        rank, I = np.nonzero(self.score > -np.inf)
        return np.unique(np.concatenate(
            [*self.found, self.pairs.key(I, self.post[rank, I])]).astype(np.int64))


def first_pool(pairs: Pairs) -> Array:
    """Keys of the pairs to start with: the best of each side, and all that rules name."""
    rng = np.random.default_rng(0)
    spread = STIR * pairs.match.spread() or 1.0
    scarce = int(pairs.all_of().sum() < pairs.seats.sum())
    per_post = np.minimum(
        EACH_POST[scarce] * np.maximum(pairs.seats, 1), max(1, len(pairs.who)))
    best = Best(pairs, EACH_CANDIDATE[scarce], per_post)
    several = np.flatnonzero(pairs.people.capacity[pairs.first] > 1)
    wanted = {g for g, b in enumerate(pairs.people.bounds) if b.strength == "must"}
    named = [_named(pairs)]
    for block in pairs.blocks():
        score = block.fit()
        score[np.isnan(score)] = -np.inf
        for g in sorted(wanted.intersection(block.bounds())):
            counts = (score > -np.inf) & (pairs.weights[pairs.weighs[g], block.I] != 0)[None, :]
            if counts.any():  # one pair that counts, so that the row of the bound is stated
                row, at = np.argwhere(counts)[0]
                named.append(pairs.key(block.I[[at]], block.J[[row]]))
                wanted.discard(g)
        if len(several):  # whoever may hold several posts has all their pairs listed
            row, at = np.nonzero((score > -np.inf) & np.isin(block.I, several)[None, :])
            named.append(pairs.key(block.I[at], block.J[row]))
        score += rng.standard_normal(score.shape) * spread
        best.see(block, score)
    return np.unique(np.concatenate([best.keys(), *named]))


def _named(pairs: Pairs) -> Array:
    """Pinned pairs and those of an earlier plan."""
    p = pairs.people
    of = {i: I for I, members in enumerate(pairs.who) for i in members}
    at = {j: J for J, posts in enumerate(pairs.what) for j in posts}
    named = [(of[i], at[j]) for i, j in (*p.pins, *p.earlier) if j in at]
    I, J = np.array(named, dtype=np.int64).reshape(-1, 2).T
    return pairs.key(I, J)
