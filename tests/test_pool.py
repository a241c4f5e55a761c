"""Many scenarios at once: the same bytes whatever the engine, also when a worker is killed."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from planner.case.case import Case
from planner.case.scenario import read_case
from planner.case.whatif import order, with_orders
from planner.cli import run
from planner.errors import Fault, RecountError
from planner.plan import forecasts, many
from planner.plan import solve as solving
from planner.plan.compare import compare, load_all
from planner.plan.many import Chunk, ahead, solve_all
from planner.plan.plan import Plan
from planner.plan.solve import solve
from planner.plan.solved import Memo, Solved
from planner.show.export import as_json
from planner.solver import pool
from planner.solver.pool import gather
from tests.cases import money
from tests.pool_work import die, die_once, refuse_odd, solved_but_die_once, square

ROOT = Path(__file__).parent.parent
BASE, CUT, SPLIT = (str(ROOT / "scenarios" / name)
                    for name in ("base", "cut10.yaml", "split37.yaml"))


def cases() -> list[Case]:
    return [money({"S1-A": 1000, "S1-B": 500 + 10 * n}, 700 + n) for n in range(4)]


def paid(plans: list[Plan | Fault]) -> list[object]:
    return [p.money and dict(p.money.paid) if isinstance(p, Plan) else str(p) for p in plans]


def answers(work: Callable[[Any], object], items: Sequence[object], *more: Any) -> list[object]:
    """What comes of the items, in their order; each comes once."""
    found = list(gather(work, items, *more))
    assert sorted(i for i, _ in found) == list(range(len(items)))
    return [answer for _, answer in sorted(found, key=lambda pair: pair[0])]


def test_every_item_is_answered_once() -> None:
    assert answers(square, range(7), 2) == [0, 1, 4, 9, 16, 25, 36]


def test_what_raises_is_lost_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = []
    made = pool._processes
    monkeypatch.setattr(pool, "_processes", lambda n: (pools.append(n), made(n))[1])
    assert answers(refuse_odd, range(5), 2) == [0, None, 2, None, 4]
    assert pools == [2]


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    mark = str(tmp_path / "died")
    assert answers(die_once, [mark] * 3, 2) == [mark] * 3
    assert (tmp_path / "died").exists()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_workers_that_always_die_leave_it_to_who_asked() -> None:
    assert answers(die, [os.getpid()] * 3, 2) == [None] * 3


def test_a_case_is_sent_without_what_was_read_off_it() -> None:
    case = read_case(ROOT / "scenarios/base")
    before = len(pickle.dumps(case))
    assert solve(case).status == "optimal"
    assert case._facts and "rows" in case.sheets["funds"].__dict__
    sent = pickle.loads(pickle.dumps(case))
    assert not sent._facts and not sent._fields
    assert not any("rows" in sheet.__dict__ for sheet in sent.sheets.values())
    assert len(pickle.dumps(case)) < 1.2 * before
    assert sent.fingerprint == case.fingerprint and sent.settings == case.settings
    assert case._facts, "the one at home keeps its own"


def test_two_workers_give_the_bytes_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    out = []
    for workers in ("1", "2"):
        args = ["compare", BASE, CUT, SPLIT, "--only", "money", "--json", "-q",
                "--workers", workers]
        assert run(args) == 0
        out.append(capsys.readouterr().out)
    assert out[0] == out[1] and len(out[0]) > 10_000


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_worker_killed_in_the_middle_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANNER_TEST_MARK", str(tmp_path / "died"))
    given = load_all([BASE, CUT, SPLIT], "money")
    alone = as_json(compare(given))
    asked = many.gather
    monkeypatch.setattr(many, "gather", lambda work, *a: asked(solved_but_die_once, *a))
    assert as_json(compare(given, workers=2)) == alone
    assert (tmp_path / "died").exists()


def test_halves_in_common_are_solved_once_and_lost_ones_here(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    here: list[str] = []
    solved = solving.solve_half

    def some(
        work: Callable[[Chunk], object], chunks: list[Chunk], *more: object
    ) -> Iterator[tuple[int, object]]:
        sent.extend(case.fingerprint for chunk in chunks for case, _ in chunk.jobs)
        yield from ((n, work(chunk) if n % 2 else None) for n, chunk in enumerate(chunks))

    def noted(case: Case, name: str, *more: object) -> Solved:
        here.append(case.fingerprint)
        return solved(case, name)

    given = cases()
    alone = paid(solve_all(given))
    monkeypatch.setattr(many, "gather", some)
    monkeypatch.setattr(solving, "solve_half", noted)
    twice = solve_all([*given, *given], workers=2)
    assert paid(twice) == alone * 2
    assert sent == [c.fingerprint for c in given[1:]]  # from the first, solved here, all start
    assert here == [given[1].fingerprint, given[3].fingerprint]


def test_a_case_is_finished_while_others_are_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first chunk is back: its cases are made plans, before the second is even begun.

    The first case of all, from which the others start, is solved here before any is sent.
    """
    given, begun = cases(), []

    def one_by_one(
        work: Callable[[Chunk], object], chunks: list[Chunk], *more: object
    ) -> Iterator[tuple[int, object]]:
        for n, chunk in enumerate(chunks):
            begun.append(n)
            yield n, work(chunk)

    monkeypatch.setattr(many, "gather", one_by_one)
    seen: list[int] = []
    heard: list[tuple[int, int]] = []
    solve_all(given, workers=2, started=lambda n: seen.append(len(begun)),
              counted=lambda *a: heard.append(a))
    assert seen == [0, 0, 1, 2, 3]  # of the first it is told twice
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_alike_cases_are_sent_together_and_share_their_tables(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    base = read_case(ROOT / "scenarios/base", "money")
    given = [with_orders(base, [order("payers", "times", {"appropriation_yuan": f"{1 - n / 99}"})])
             for n in range(1, 33)]
    chunks: list[Chunk] = []

    def kept(work: object, some: list[Chunk], *more: object) -> Iterator[tuple[int, object]]:
        chunks.extend(some)
        yield from ()

    monkeypatch.setattr(many, "gather", kept)
    with ahead(Memo(), given, workers=2):
        pass
    assert [len(chunk.jobs) for chunk in chunks] == [4] * 8
    arrived = pickle.loads(pickle.dumps(chunks[0]))
    one, other = (case for case, _ in arrived.jobs[:2])
    assert one.sheets["communities"] is other.sheets["communities"]
    assert one.sheets["payers"] is not other.sheets["payers"]
    assert len(pickle.dumps(chunks[0])) < 1.5 * len(pickle.dumps(given[0]))


def test_no_name_leaves_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    base = load_all([ROOT / "scenarios/base"])[0].case
    names = {str(n) for table in ("candidates", "incumbents") for n in base.frame(table)["name"]}
    assert len(names) > 50
    sent: list[bytes] = []

    def seen(
        work: Callable[[Chunk], list[Solved | None]], chunks: list[Chunk], *more: object
    ) -> Iterator[tuple[int, object]]:
        for n, chunk in enumerate(chunks):
            sent.append(pickle.dumps(chunk))
            answer = work(pickle.loads(sent[-1]))
            sent.append(pickle.dumps(answer))
            yield n, answer

    monkeypatch.setattr(many, "gather", seen)
    given = [without(base, "training"), without(load_all([CUT])[0].case, "training")]
    (plan, other), (alone, _) = solve_all(given, workers=2), solve_all(given)
    assert isinstance(plan, Plan) and isinstance(other, Plan) and isinstance(alone, Plan)
    assert plan.people == alone.people and plan.money == alone.money
    everything = b"".join(sent)
    assert not [name for name in names if name.encode() in everything]
    assert b"C01-secretary" in everything, "codes are sent"
    assert plan.case.frame("candidates")["name"].notna().any(), "the names are still here"


def test_no_name_leaves_the_process_for_a_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is the plan; its case goes without names too."""
    given = load_all([BASE, CUT], "people")
    entries = compare(given).entries
    names = {str(n) for t in ("candidates", "incumbents") for n in given[0].case.frame(t)["name"]}
    sent: list[bytes] = []

    def seen(work: object, jobs: list[object], *more: object) -> Iterator[tuple[int, object]]:
        sent.extend(pickle.dumps(job) for job in jobs)
        raise SentError
        yield

    monkeypatch.setattr(forecasts, "gather", seen)
    with pytest.raises(SentError):
        forecasts.look_ahead(entries, 1, workers=2)
    assert len(sent) == 2 and not [n for n in names if any(n.encode() in one for one in sent)]


class SentError(Exception):
    """Enough was seen."""


def without(case: Case, table: str) -> Case:
    return Case(case.name, {n: s for n, s in case.sheets.items() if n != table}, case.settings)


def test_one_worker_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "gather", lambda *a: pytest.fail("a pool for one worker"))
    assert len(solve_all(cases(), workers=1)) == 4
    assert len(solve_all(cases()[:1], workers=8)) == 1  # nothing to do at once


def test_a_fault_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    given = cases()
    monkeypatch.setattr(solving, "recount", lambda case, *a: (
        ["broken"] if case is given[1] else []))
    plans = solve_all(given)
    assert [isinstance(p, RecountError) for p in plans] == [False, True, False, False]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to another process")
def test_ctrl_c_ends_the_workers() -> None:
    code = ("import sys, time, multiprocessing as m\n"
            "from planner.solver.pool import gather\n"
            "if __name__ == '__main__':\n"
            "    try:\n"
            "        for _ in gather(time.sleep, [0, 600, 600], 2):\n"
            "            print(*(p.pid for p in m.active_children()), flush=True)\n"
            "    except KeyboardInterrupt:\n"
            "        sys.exit(130)\n")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT,
                          stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        workers = [int(pid) for pid in process.stdout.readline().split()]
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=30) == 130
        finally:
            process.kill()
        assert "Traceback" not in process.stderr.read()
    assert len(workers) == 2
    for _ in range(100):
        if not any(alive(pid) for pid in workers):
            break
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text("utf-8").rsplit(")", 1)[1].split()[0] == "Z")


# --- the cluster ----------------------------------------------------------------------------------


class Local(ThreadPoolExecutor):
    """Stands for a cluster: some tasks are lost with the machine that had them."""

    def submit(self, fn: Callable[..., object], /, *args: object, **more: object) -> Future:  # type: ignore[override, type-arg]
        if args[0] == 3:
            future: Future[object] = Future()
            future.set_exception(RuntimeError("the machine is gone"))
            return future
        return super().submit(fn, *args, **more)


def test_any_executor_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def stand_in(address: str) -> Iterator[Local]:
        assert address == "tcp://somewhere:8786"
        with Local(2) as executor:
            yield executor

    monkeypatch.setattr(pool, "_dask", stand_in)
    assert answers(square, range(5), 1, "tcp://somewhere:8786") == [0, 1, 4, None, 16]


def test_without_dask_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["compare", BASE, CUT, "--cluster", "tcp://nowhere:1", "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert "planner[cluster]" in said.err and "--workers" in said.err and not said.out


def test_a_cluster_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.5)
    assert run(["compare", BASE, CUT, "--cluster", "tcp://127.0.0.1:1", "--lang", "en"]) == 2
    assert "127.0.0.1:1" in capsys.readouterr().err


@pytest.fixture
def dask() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, processes of their own."""
    pytest.importorskip("distributed")
    started: list[subprocess.Popen[bytes]] = []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    try:
        started.append(subprocess.Popen(
            [*dask, "scheduler", "--host", address, "--no-dashboard"], **quiet))
        for _ in range(2):
            started.append(subprocess.Popen(
                [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],
                **quiet))
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_dask_gives_the_bytes_of_one_process(
    dask: tuple[str, list[subprocess.Popen[bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, workers = dask
    given = load_all([ROOT / "scenarios"], "money")
    alone = as_json(compare(given))
    with monkeypatch.context() as patch:  # every half comes from the cluster, none is solved here
        patch.setattr(solving, "solve_half", lambda *_: pytest.fail("solved here"))
        assert as_json(compare(given, cluster=address)) == alone
    heard: list[int] = []

    def one_dies(done: int, count: int) -> None:
        if not heard:
            workers[0].kill()
        heard.append(done)

    assert as_json(compare(given, cluster=address, counted=one_dies)) == alone
    assert heard
