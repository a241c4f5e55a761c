"""Many scenarios at once: the same bytes whatever the engine, also when a worker is killed."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from planner.case.case import Case
from planner.case.scenario import read_case
from planner.cli import run
from planner.errors import Fault, RecountError
from planner.plan import many
from planner.plan import solve as solving
from planner.plan.compare import compare, load_all
from planner.plan.many import Job, solve_all
from planner.plan.plan import Plan
from planner.plan.solve import Solved, solve
from planner.show.export import as_json
from planner.solver import pool
from planner.solver.pool import gather
from tests.cases import money
from tests.pool_work import die, die_once, half_but_die_once, refuse_odd, square

ROOT = Path(__file__).parent.parent
BASE, CUT = str(ROOT / "scenarios/base"), str(ROOT / "scenarios/cut10.yaml")


def cases() -> list[Case]:
    return [money({"S1-A": 1000, "S1-B": 500 + 10 * n}, 700 + n) for n in range(4)]


def paid(plans: list[Plan | Fault]) -> list[object]:
    return [p.money and dict(p.money.paid) if isinstance(p, Plan) else str(p) for p in plans]


def test_answers_come_in_order() -> None:
    heard: list[tuple[int, int]] = []
    assert gather(square, range(7), 2, counted=lambda *a: heard.append(a)) == [
        0, 1, 4, 9, 16, 25, 36]
    assert heard[-1] == (7, 7) and [done for done, _ in heard] == sorted(d for d, _ in heard)


def test_what_raises_is_lost_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = []
    made = pool._processes
    monkeypatch.setattr(pool, "_processes", lambda n: (pools.append(n), made(n))[1])
    assert gather(refuse_odd, range(5), 2) == [0, None, 2, None, 4]
    assert pools == [2]


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    mark = str(tmp_path / "died")
    assert gather(die_once, [mark] * 3, 2) == [mark] * 3
    assert (tmp_path / "died").exists()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_workers_that_always_die_leave_it_to_who_asked() -> None:
    assert gather(die, [os.getpid()] * 3, 2) == [None] * 3


def test_a_case_is_sent_without_what_was_read_off_it() -> None:
    case = read_case(ROOT / "scenarios/base")
    before = len(pickle.dumps(case))
    assert solve(case).status == "optimal"
    assert case._facts and case._rows
    sent = pickle.loads(pickle.dumps(case))
    assert not sent._facts and not sent._rows and not sent._fields
    assert len(pickle.dumps(case)) < 1.2 * before
    assert sent.fingerprint == case.fingerprint and sent.settings == case.settings
    assert case._facts, "the one at home keeps its own"


def test_two_workers_give_the_bytes_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    out = []
    for workers in ("1", "2"):
        args = ["compare", BASE, CUT, "--only", "money", "--json", "-q", "--workers", workers]
        assert run(args) == 0
        out.append(capsys.readouterr().out)
    assert out[0] == out[1] and len(out[0]) > 10_000


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_worker_killed_in_the_middle_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANNER_TEST_MARK", str(tmp_path / "died"))
    given = load_all([BASE, CUT], "money")
    alone = as_json(compare(given))
    asked = many.gather
    monkeypatch.setattr(many, "gather", lambda work, *a: asked(half_but_die_once, *a))
    assert as_json(compare(given, workers=2)) == alone
    assert (tmp_path / "died").exists()


def test_halves_in_common_are_solved_once_and_lost_ones_here(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    here: list[str] = []
    solved = solving.solve_half

    def some(work: Callable[[Job], Solved], jobs: list[Job], *more: object) -> list[Solved | None]:
        sent.extend(case.fingerprint for case, _, _ in jobs)
        return [work(job) if n % 2 else None for n, job in enumerate(jobs)]

    def noted(case: Case, name: str, *more: object) -> Solved:
        here.append(case.fingerprint)
        return solved(case, name)

    given = cases()
    alone = paid(solve_all(given))
    monkeypatch.setattr(many, "gather", some)
    monkeypatch.setattr(solving, "solve_half", noted)
    twice = solve_all([*given, *given], workers=2)
    assert paid(twice) == alone * 2
    assert sent == [c.fingerprint for c in given]
    assert here == [given[0].fingerprint, given[2].fingerprint]


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
            "    def told(done, count):\n"
            "        print(*(p.pid for p in m.active_children()), flush=True)\n"
            "    try:\n"
            "        gather(time.sleep, [0, 600, 600], 2, counted=told)\n"
            "    except KeyboardInterrupt:\n"
            "        sys.exit(130)\n")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT,
                          stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        workers = [int(pid) for pid in process.stdout.readline().split()]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
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
    assert gather(square, range(5), cluster="tcp://somewhere:8786") == [0, 1, 4, None, 16]


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
    dask: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = dask
    given = load_all([ROOT / "scenarios"], "money")
    alone = as_json(compare(given))
    assert as_json(compare(given, cluster=address)) == alone
    heard: list[int] = []

    def one_dies(done: int, count: int) -> None:
        if not heard:
            workers[0].kill()
        heard.append(done)

    assert as_json(compare(given, cluster=address, counted=one_dies)) == alone
    assert heard
