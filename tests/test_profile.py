"""The basic situation: figures counted by hand, blanks never 0, absent tables said to be absent."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from planner.case.case import Case, make_case
from planner.case.profile import Band, Cuts, Figure, Share, Short, profile
from planner.case.read import read_tables
from planner.show.profile import print_profile, wrap

COMMUNITIES = """\
community,name,street,kind,residents,households,members,floating_members,committees,\
general_branches,branches,collective_income_yuan,premises_m2
C1,东社区,S1,城市社区,10000,3000,200,10,1,1,8,0,62
C2,西社区,S1,,9999,1000,100,,0,1,4,50000,300
C3,南社区,S1,村,5000,999,,7,,0,3,,62.5
C4,北社区,S1,城市社区,,2999,100,20,0,0,2,0,
"""
POSTS = """\
post,community,kind,seats,vacant
P1,C1,secretary,1,
P2,C1,member,3,
P3,C2,member,1,
P4,C3,instructor,2,
P5,C4,member,,1
"""
# Ages at 2026-12-31: 35, 36, 46, 55, 56 in the two committees; an instructor of 30.
INCUMBENTS = """\
person,post,name,birth,education
I1,P1,张三,1991-12-31,硕士
I2,P2,李四,1990-12-31,本科
I3,P3,王五,1980-01-01,大专
I4,P3,赵六,1971-05-01,高中
I5,P5,钱七,1970-05-01,大专
I6,P4,孙八,1996-05-01,本科
"""


def given(tmp: Path, **tables: str) -> Case:
    tables = {
        "settings": "key,value\nas_of,2026-12-31\ntitle,某区\n",
        "streets": "street,name\nS1,甲街道\n",
        "communities": COMMUNITIES,
        "posts": POSTS,
        **tables,
    }
    for name, text in tables.items():
        (tmp / f"{name}.csv").write_text(text, encoding="utf-8")
    reading = read_tables(tmp)
    assert [p for p in reading.problems if not p.notice] == []
    return make_case("t", reading.sheets.values())


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return given(tmp_path, incumbents=INCUMBENTS)


def shown(case: Case, lang: str, width: int = 60) -> str:
    out = io.StringIO()
    print_profile(case, lang, Console(file=out, width=width))
    return out.getvalue()


def test_communities(case: Case) -> None:
    found = profile(case)
    here = found.communities
    assert here is not None
    assert (found.streets, here.number, found.as_of) == (1, 4, "2026-12-31")
    assert list(here.kinds.items()) == [("urban", 2), ("village", 1), ("blank", 1)]
    assert [(b.low, b.high, b.count) for b in here.resident_bands] == [
        (None, 4999, 0), (5000, 9999, 2), (10000, None, 1)]
    assert [b.count for b in here.household_bands] == [1, 2, 1]
    assert here.branches == Figure(17, 0)


def test_blank_is_not_zero(case: Case) -> None:
    here = profile(case).communities
    assert here is not None
    assert here.residents == Figure(24999, 1)
    assert {b.of for b in here.resident_bands} == {3}
    assert here.members == Figure(400, 1)
    assert here.floating_members == Figure(37, 1)
    assert (here.floating_share, here.floating_share_missing) == (Share(30, 300), 2)
    assert here.committees == Figure(1, 1)
    assert (here.without_collective_income, here.collective_income_missing) == (Share(2, 3), 1)
    assert [(p.name, p.premises_m2) for p in here.smallest_premises] == [
        ("东社区", 62.0), ("南社区", 62.5)]
    assert here.premises_missing == 1


def test_a_figure_nobody_gave(tmp_path: Path) -> None:
    case = given(tmp_path, communities="community,name,street\nC1,东,S1\nC2,西,S1\nC3,南,S1\n"
                                       "C4,北,S1\n")
    here = profile(case).communities
    assert here is not None
    assert here.residents == Figure(None, 4)
    assert here.floating_share.share is None
    assert here.smallest_premises == ()
    assert "各社区均未填集体收入" in shown(case, "zh", 200)


def test_cadres(case: Case) -> None:
    cadres = profile(case).cadres
    assert cadres is not None
    assert cadres.number == 5
    assert cadres.mean_per_community == 1.3  # 1.25, half up
    assert cadres.mean_age == 45.6  # 228 / 5
    assert cadres.age_bands == (Band(1, 5, None, 35), Band(3, 5, 36, 55), Band(1, 5, 56, None))
    assert cadres.nested_age == Band(2, 3, 46, 55)
    assert cadres.nested_age.share == Fraction(2, 3)
    bachelor, college = cadres.education
    assert (bachelor.at_least, bachelor.at_most_below) == (Share(2, 5), Share(3, 5))
    assert (college.below, college.at_least) == ("high_school", Share(4, 5))


def test_cuts_are_arguments(case: Case) -> None:
    found = profile(case, Cuts(residents=(9999, 20000), ages=(36, 54), nested=40,
                               education=("master",), smallest=1, not_cadres=()))
    assert found.communities is not None
    assert found.cadres is not None
    assert [b.count for b in found.communities.resident_bands] == [1, 2, 0]
    assert [b.count for b in found.cadres.age_bands] == [3, 1, 2]
    assert found.cadres.nested_age == Band(1, 1, 40, 54)
    assert found.cadres.education[0].at_least == Share(1, 6)
    assert len(found.communities.smallest_premises) == 1


@pytest.mark.parametrize("wrong", [
    {"residents": (2, 1)}, {"nested": 60}, {"education": ("primary",)}])
def test_cuts_that_make_no_bands(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cuts|nested|level"):
        Cuts(**wrong)  # type: ignore[arg-type]


def test_staff_short(case: Case) -> None:
    staff = profile(case).staff
    assert staff is not None
    # P2 lacks 2 and P4 lacks 1; the one too many in P3 fills neither; P5 gives no seats.
    assert (staff.seats, staff.in_post, staff.short) == (7, 5, 3)
    assert staff.communities_short == (Short("C1", "东社区", 2), Short("C3", "南社区", 1))
    assert (staff.posts_without_seats, staff.short_outside_communities) == (1, 0)


def test_without_incumbents(tmp_path: Path) -> None:
    case = given(tmp_path)
    assert profile(case).cadres is None
    assert profile(case).staff is None
    assert "未提供现任人员表" in shown(case, "zh")
    assert "incumbents was not given" in shown(case, "en", 100)


def test_json(case: Case) -> None:
    plain = profile(case).as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain) == ["title", "as_of", "streets", "communities", "cadres", "staff"]
    assert plain["communities"]["without_collective_income"] == {
        "count": 2, "of": 3, "share": 2 / 3}
    assert plain["cadres"]["nested_age"] == {
        "count": 2, "of": 3, "low": 46, "high": 55, "share": 2 / 3}
    assert "张三" not in json.dumps(plain, ensure_ascii=False)


def test_shown(case: Case) -> None:
    zh = shown(case, "zh", 1000)
    for part in (
        "常住人口共24999人(未填的社区:常住人口1个)", "1万人及以上的社区有1个",
        "0.5万人至不足1万人的社区有2个", "不足1千户的社区有1个", "总数的10.0%",
        "平均年龄45.6岁", "46岁及以上的2名,占该年龄段的66.7%", "大专及以下学历的3名,占60.0%",
        "2个社区无集体收入来源", "东社区(62㎡)、南社区(62.5㎡)", "缺员3名,涉及2个社区",
    ):
        assert part in zh
    en = shown(case, "en", 1000)
    assert "residents: 24,999 (communities that did not give it: residents 1)" in en
    assert "10,000 residents or more: 1; 5,000 to below 10,000: 2" in en
    assert not any(name in zh + en for name in ("张三", "李四", "王五", "赵六", "钱七", "孙八"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrapped_to_the_console(case: Case, lang: str) -> None:
    lines = shown(case, lang, 40).splitlines()
    assert max(map(cell_len, lines)) <= 40
    assert not any(line.startswith((",", "。", ";", ")", "、")) for line in lines)


def test_a_number_is_never_split() -> None:
    assert wrap("常住人口共24999人。", "zh", 13).splitlines() == ["常住人口共", "24999人。"]
