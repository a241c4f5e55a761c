"""The commands: exit codes, what goes to which stream, JSON, files, languages."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from planner import cli
from planner.show.schema import case_schema, json_schema


def tiny(
    folder: Path, scenarios: int = 1, step: int = 100, office: int = 40_000,
    service: int = 100_000, must: str = "",
) -> Path:
    """A folder of scenarios over a district of two communities; each cuts a further tenth."""
    base = folder / "base"
    base.mkdir(parents=True)
    tables = {
        "settings": f"key,value\ntitle,小区\nas_of,2026-12-31\nstep_yuan,{step}",
        "streets": "street,name\nS1,青榕街道",
        "communities": "community,name,street\nC1,[/甲]社区,S1\nC2,乙社区,S1",
        "funds": "fund,name,payee,floor,ceiling,basis\noffice,办公经费,community,0.3,1,甲1号\n"
                 "service,服务群众专项经费,community,0.3,1,甲2号",
        "standards": f"fund,amount_yuan\noffice,{office}元\nservice,{service}元",
        "payers": f"payer,name,level,appropriation_yuan\nd,区财政,district,{2 * office + 2 * service}元",
        "posts": "post,name,community,kind,seats,vacant\nP1,=甲书记,C1,secretary,1,1\n"
                 "P2,乙书记,C2,secretary,1,1\nP3,乙委员,C2,member,1,1",
        "candidates": "candidate,name,birth,education\nK1,张三丰,1990.01,本科\n"
                      "K2,李四,1980.01,大专",
        "points": "where,points\neducation >= bachelor,10",
        "targets": "target,group,of,min_share,strength\n"
                   f"young,age <= 40,placed,{must or '40%'},{'must' if must else 'should'}",
    }
    for name, text in tables.items():
        (base / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    for n in range(1, scenarios + 1):
        (folder / f"cut{n}.yaml").write_text(
            f"title: 压减{n}成\nbaseline: base\nwhy: 试\nbasis: 乙{n}号\nchanges:\n"
            f"  - name: =cut\n    table: payers\n    times: {{appropriation_yuan: {1 - n / 10:.1f}}}\n",
            encoding="utf-8")
    return folder


Captured = pytest.CaptureFixture[str]


def test_compare_answers(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["compare", str(tiny(tmp_path)), "--lang", "zh", "--width", "80"]) == 0
    out, err = capsys.readouterr()
    assert "方案比选" in out
    assert "cut1" in out
    assert "Traceback" not in err


def test_json_follows_the_contract(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["compare", str(tiny(tmp_path)), "--json"]) == 0
    text = capsys.readouterr().out
    found = json.loads(text)
    assert "张三丰" not in text
    assert list(found) == ["schema", "planner", "baseline", "scenarios"]
    assert found["baseline"] == "base"
    follows(found, json_schema())
    base, cut = found["scenarios"]
    assert base["case"].startswith("sha256:")
    assert {m["difference"] for m in base["measures"]} <= {0, None}
    paid = {m["measure"]: m["value"] for m in cut["measures"]}["allocated"]
    assert isinstance(paid, int)
    assert paid == sum(a["allocation_yuan"] for a in cut["allocations"])
    assert all(sum(a["payers"].values()) == a["allocation_yuan"] for a in cut["allocations"])
    assert cut["changes"][0]["name"] == "=cut"
    assert cut["recount"] == "passed"


def follows(value: object, schema: dict[str, object]) -> None:
    """A small reader of the parts of JSON Schema that ours uses."""
    if "enum" in schema or "const" in schema:
        assert value in schema.get("enum", [schema.get("const")])
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
             "number": (int, float), "null": type(None)}
    assert any(isinstance(value, types[k]) for k in kinds), (value, schema)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        due = [k for k in properties if k in value or k in schema["required"]]
        assert due == list(value) or not properties
        for key, item in value.items():
            follows(item, properties.get(key) or schema["additionalProperties"])
    elif isinstance(value, list):
        for item in value:
            follows(item, schema["items"])


def test_plan_masks_unless_asked(tmp_path: Path, capsys: Captured) -> None:
    base = str(tiny(tmp_path) / "base")
    assert cli.run(["plan", base, "--lang", "zh"]) == 0
    assert "张三丰" not in capsys.readouterr().out
    assert cli.run(["plan", base, "--lang", "zh", "--reveal"]) == 0
    assert "张三丰" in capsys.readouterr().out


def test_plan_is_of_one_scenario(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["plan", str(tiny(tmp_path))]) == 2
    assert capsys.readouterr().out == ""


def test_wrong_usage_is_2(tmp_path: Path, capsys: Captured) -> None:
    assert cli.run(["compare"]) == 2
    assert cli.run(["compare", "x", "--only", "nothing"]) == 2
    assert cli.run(["nonsense"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_wrong_input_is_3_with_every_problem(
    tmp_path: Path, capsys: Captured, lang: str, more: list[str]
) -> None:
    folder = tiny(tmp_path)
    (folder / "base" / "communities.csv").write_text(
        "community,name,street\nC1,甲,S9\nC2,乙,S8\n", encoding="utf-8")
    assert cli.run(["compare", str(folder), "--lang", lang, *more]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "S9" in err
    assert "S8" in err
    assert "communities.csv" in err
    assert ("请" in err) == (lang == "zh")


def test_infeasible_is_4_and_says_what_must_give(tmp_path: Path, capsys: Captured) -> None:
    folder = str(tiny(tmp_path, scenarios=8))
    assert cli.run(["compare", folder, "--only", "money", "--json"]) == 4
    last = json.loads(capsys.readouterr().out)["scenarios"][-1]
    assert last["status"] == "infeasible"
    assert last["recount"] is None
    assert {"rule": "appropriation", "of": "d", "by": 28_000, "unit": "yuan"} in last["must_give"]
    assert cli.run(["compare", folder, "--only", "money", "--lang", "zh"]) == 4
    assert "放宽 2.80 万元" in capsys.readouterr().out


def test_only_money_never_opens_people(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path)
    (folder / "base" / "candidates.csv").write_bytes(b"\x00\xff")
    assert cli.run(["compare", str(folder), "--only", "money"]) == 0


def test_check(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path)
    assert cli.run(["check", str(folder), "--lang", "zh"]) == 0
    assert "共 2 个方案" in capsys.readouterr().out
    pin = "candidate,post,decision\nK1,P1,pin\nK2,P1,pin\n"
    (folder / "base" / "pairs.csv").write_text(pin, encoding="utf-8")
    assert cli.run(["check", str(folder), "--json"]) == 3
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert {"file", "sheet", "cell", "value", "message", "remedy"} <= set(problems[0])


def test_csv_files_are_private_safe_and_whole(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert cli.run(["compare", str(tiny(tmp_path / "in")), "--csv", str(out), "-q"]) == 0
    names = {f.name for f in out.iterdir()}
    assert names == {f"{n}.csv" for n in (
        "measures", "ask", "allocations", "projects", "unpaid", "placements", "bench", "training",
        "unfilled", "targets", "changes")}
    for file in out.iterdir():
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(iter(csv.DictReader(file)))["name"] == "'=cut"


def test_csv_into_a_file_is_refused(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "taken").write_text("x")
    args = ["compare", str(tiny(tmp_path / "in" / "d")), "--csv", str(tmp_path / "taken" / "x")]
    assert cli.run(args) == 2
    assert capsys.readouterr().out == ""


def test_schemas_print(capsys: Captured) -> None:
    assert cli.run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(json_schema()))
    assert cli.run(["schema", "case"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(case_schema()))


def test_a_fault_is_1_without_traceback(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.plan.compare.load_all", lambda *_: 1 / 0)
    assert cli.run(["compare", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "程序出错" in err
    assert "The program failed" in err


def test_interrupted_is_130(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.plan.compare.load_all", stop)
    assert cli.run(["compare", str(tmp_path)]) == 130


@pytest.mark.parametrize(("lang", "word"), [("zh", "并列比较"), ("en", "side by side")])
def test_help_speaks_and_imports_nothing_heavy(lang: str, word: str) -> None:
    code = ("import sys; from planner import cli; cli.run(['--help']); "
            "[cli.run([name, '--help']) for name in ('compare', 'sweep', 'explain', 'schema')]; "
            "heavy = {'pandas', 'pulp', 'pydantic', 'numpy', 'rich', 'highspy'} & set(sys.modules);"
            "sys.exit(str(heavy) if heavy else 0)")
    env = os.environ | {"PLANNER_LANG": lang, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                          env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert word in done.stdout.replace("\n", "").replace("  ", "")


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    args = [sys.executable, "-m", "planner", "compare", str(tiny(tmp_path, scenarios=3)), "--json"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
    assert "Traceback" not in err
    assert "Exception" not in err
