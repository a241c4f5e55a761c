"""Conditions: reading, checking and asking, in English and Chinese."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.case.columns import Column
from planner.case.conditions import Fields, assignments, condition, evaluate, fields_of
from planner.case.dictionary import BY_NAME
from planner.case.grammar import Compare, ConditionError, Joined, Not, parse
from planner.case.sheet import series

AGE = Column(name="age", zh="年龄", kind="integer")
MONEY = Column(name="income", zh="收入", kind="money")
SHARE = Column(name="score", zh="得票率", kind="share")
EITHER = Column(name="either", zh="党员或团员", kind="flag")


def frame_of(columns: tuple[Column, ...], rows: dict[str, list[Any]], size: int) -> pd.DataFrame:
    return pd.DataFrame({c.name: series(c, rows.get(c.name, [None] * size)) for c in columns})


PEOPLE = (*BY_NAME["candidates"].columns, AGE, MONEY, SHARE, EITHER)
FRAME = frame_of(PEOPLE, {
    "candidate": ["A", "B", "C", "D"],
    "age": [30, 36, 50, None],
    "education": ["bachelor", "junior_college", "doctor", None],
    "birth": [np.datetime64("1988-05-01"), np.datetime64("1988-04-30"), None, None],
    "community": ["C1", "C2", None, "C1"],
    "ready": ["now", "later", "now", None],
    "willing": [("secretary", "deputy"), ("member",), None, ("grid",)],
    "assessment": ["优秀", "或许", "称职", None],
    "income": [120000, 3000, None, 0],
    "score": [0.3, 0.8, 0.5, None],
    "either": [True, False, True, None],
    "training_hours": [56.0, 8.0, None, 40.0],
}, 4)
FIELDS = fields_of(PEOPLE, FRAME)

POSTS = BY_NAME["posts"].columns
POST_FRAME = frame_of(POSTS, {
    "post": ["P1", "P2", "P3"],
    "community": ["C1", "C2", None],
    "kind": ["secretary", "member", "grid"],
    "min_education": ["bachelor", "bachelor", None],
    "max_age": [35, 40, None],
}, 3)
PAIRS: Fields = {**fields_of(PEOPLE, FRAME, shape="n1"),
                 **fields_of(POSTS, POST_FRAME, prefix="post.", shape="1m")}


def who(text: str | None) -> str:
    found = evaluate(condition(text, FIELDS), FIELDS)
    assert found.dtype == bool
    return "".join(FRAME["candidate"][found])


def pairs(text: str) -> str:
    found = evaluate(condition(text, PAIRS), PAIRS)
    assert found.shape == (4, 3)
    return " ".join(f"{'ABCD'[i]}{k + 1}" for i, k in zip(*np.nonzero(found), strict=True))


@pytest.mark.parametrize(("text", "expected"), [
    (None, "ABCD"), ("", "ABCD"), ("  ", "ABCD"),
    ("年龄<=35", "A"), ("age <= 35", "A"), ("AGE＜＝３５", "A"), ("年龄≥36", "BC"), ("age<>36", "AC"),
    ("age > 35.5", "BC"), ("年龄=50", "C"), ("年龄==50", "C"), ("年龄≠50", "AB"),
    ("年龄<=35且学历>=本科", "A"), ("年龄<=35 且 学历>=本科", "A"), ("年龄<=35且 学历>=本科", "A"),
    ("年龄<=36并且学历>=大专或者年龄=50", "ABC"), ("age<=36 & education>=本科 | age=50", "AC"),
    ("年龄=30或年龄=36且学历=博士", "A"), ("（年龄=30或年龄=36）且学历=大专", "B"),
    ("年龄=30或(年龄=36且学历=大专)", "AB"), ("(年龄=30)或(年龄=36)", "AB"),
    ("年龄=30或（学历为空）", "AD"), ("年龄>=30且非(学历为空)", "ABC"),
    ("年龄>30且非（学历=博士）", "B"), ("not age<=35", "BCD"), ("not (age <= 35)", "BCD"),
    ("学历为空", "D"), ("education is blank", "D"), ("education not blank", "ABC"),
    ("education is not blank", "ABC"), ("学历不为空且年龄<40", "AB"), ("年龄<40且学历非空", "AB"),
    ("年龄=30或学历为空或年龄=50", "ACD"),
    ("学历 in (本科, doctor)", "AC"), ("学历属于（本科、博士研究生）", "AC"), ("学历属于(本科)", "A"),
    ("年龄=36或学历属于(本科)", "AB"), ("学历不属于(本科)", "BC"), ("education not in (本科)", "BC"),
    ("年龄 in (30, 36)", "AB"), ("education > junior_college", "AC"), ("学历=研究生", ""),
    ("ready=近期可用(成熟型)", "AC"), ("ready=now且年龄<40", "A"), ("成熟度!=now", "B"),
    ("现居(工作)社区=C1", "AD"), ("现居（工作）社区=C1且年龄=30", "A"), ("`现居(工作)社区`=C1", "AD"),
    ("年龄=30 or `现居(工作)社区`=C2", "AB"), ("年龄=30或`现居(工作)社区`=C2", "AB"),
    ("出生年月>=1988.05", "A"), ("birth < 1988-05", "B"), ("birth=1988年5月", "A"),
    ("收入>=12万", "A"), ("收入<=3000元", "BD"), ("income=3000", "B"),
    ("得票率>=50%", "BC"), ("score<0.5", "A"),
    ("党员或团员=是", "AC"), ("年龄<40且党员或团员=否", "B"), ("either != yes", "B"),
    ("意愿=书记", "A"), ("willing in (书记, 委员)", "AB"), ("willing != 书记", "BD"),
    ("willing=grid", "D"), ("年度考核=或许", "B"), ("年度考核=或许且年龄<40", "B"),
    ('年度考核="或许"且年龄<40', "B"), ("考核=“或许”", "B"), ("考核 in ('优秀', 或许)", "AB"),
    ("assessment=优秀 or assessment=称职", "AC"),
])
def test_asked(text: str | None, expected: str) -> None:
    assert who(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("community = post.community", "A1 B2 D1"), ("现居社区=岗位.社区", "A1 B2 D1"),
    ("community != post.community", "A2 B1 D2"),
    ("education >= post.min_education", "A1 A2 C1 C2"), ("age <= post.max_age", "A1 A2 B2"),
    ("willing = post.kind", "A1 B2 D3"), ("post.kind=书记且年龄=30", "A1"),
    ("岗位.岗位类型=grid", "A3 B3 C3 D3"), ("not (community = post.community) and age=30", "A2 A3"),
    ("post.kind in (书记, member) and age in (post.max_age, 30)", "A1 A2"),
])
def test_pairs(text: str, expected: str) -> None:
    assert pairs(text) == expected


def test_blank_pairs_have_the_whole_shape() -> None:
    assert evaluate(condition("", PAIRS), PAIRS).all()
    assert evaluate(condition("", PAIRS), PAIRS).shape == (4, 3)


def test_the_tree() -> None:
    tree = parse("a=1 or not b=2 and c in (3, 4)")
    assert isinstance(tree, Joined) and tree.op == "or"
    assert isinstance(tree.parts[0], Compare)
    assert isinstance(tree.parts[1], Joined) and isinstance(tree.parts[1].parts[0], Not)
    assert tree == parse("a==1 或 not b=2 并且 c 属于（3、4）")


@pytest.mark.parametrize(("text", "code", "values"), [
    ("年龄", "condition_syntax", {"at": 3, "near": "年龄"}),
    ("年龄<=", "condition_syntax", {"at": 5}),
    ("（年龄＜35", "condition_syntax", {"at": 7}),
    ("年龄<35)", "condition_syntax", {"at": 6, "near": ")"}),
    ("30<=age<=35", "condition_syntax", {"near": "<=35"}),
    ("age=1 age=2", "condition_syntax", {"at": 7}), ("age=>3", "condition_syntax", {"at": 5}),
    ("age in ()", "condition_syntax", {"at": 9}), ("and", "condition_syntax", {}),
    ('assessment="x', "condition_syntax", {}), ("(" * 5000, "condition_syntax", {}),
    ("eduction=本科", "condition_unknown_column", {"nearest": "education"}),
    ("最高学力=本科", "condition_unknown_column", {"nearest": "最高学历"}),
    ("学历>=本课", "condition_unknown_word", {"nearest": "本科", "column": "education"}),
    ("学历=本科及以上", "condition_unknown_word", {"nearest": "本科"}),
    ("assessment<优秀", "condition_no_order", {"op": "<"}), ("成熟度>now", "condition_no_order", {}),
    ("either>=是", "condition_no_order", {}), ("意愿<书记", "condition_no_order", {}),
    ("age=young", "condition_bad_value", {"word": "young"}),
    ("birth>someday", "condition_bad_value", {}), ('assessment=""', "condition_bad_value", {}),
    ("age=education", "condition_not_comparable", {"other": "education"}),
    ("community=`age`", "condition_not_comparable", {}),
])
def test_refused(text: str, code: str, values: dict[str, Any]) -> None:
    with pytest.raises(ConditionError) as caught:
        condition(text, FIELDS)
    assert caught.value.code == code
    assert values.items() <= caught.value.values.items()


@pytest.mark.parametrize(("text", "code"), [
    ("community=post.comunity", "condition_unknown_column"),
    ("education>=post.kind", "condition_no_order"),
    ("post.community=willing", "condition_not_comparable"),
])
def test_pairs_refused(text: str, code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        condition(text, PAIRS)
    assert caught.value.code == code


def test_a_column_of_the_vocabulary_or_another_column() -> None:
    columns = BY_NAME["communities"].columns
    frame = frame_of(columns, {"community": ["a", "b"], "kind": ["urban", "village"],
                               "name": ["a", "x"]}, 2)
    fields = fields_of(columns, frame)
    assert evaluate(condition("类型=社区", fields), fields).tolist() == [True, False]
    assert evaluate(condition("社区编码=name", fields), fields).tolist() == [True, False]
    assert evaluate(condition('社区编码="name"', fields), fields).tolist() == [False, False]
    assert evaluate(condition("办公活动面积(㎡)>=1", fields), fields).tolist() == [False, False]


def test_checking_needs_no_values() -> None:
    fields = fields_of(PEOPLE, None)
    checked = condition("年龄<=35", fields)
    with pytest.raises(ValueError, match="age"):
        evaluate(checked, fields)


def test_assignments() -> None:
    fields = fields_of(BY_NAME["candidates"].columns, None)
    assert assignments("ready=now, training_hours=56", fields) == (
        ("ready", "now"), ("training_hours", 56.0))
    assert assignments("成熟度=近期可用；意愿＝书记", fields) == (
        ("ready", "now"), ("willing", ("secretary",)))
    assert assignments("成熟度=近期可用且培训学时=56", fields)[1] == ("training_hours", 56.0)
    assert assignments(None, fields) == ()
    for text in ("training_hours=-1", "ready=soon", "redy=now", "ready>now", "ready=now ready=now"):
        with pytest.raises(ConditionError):
            assignments(text, fields)
