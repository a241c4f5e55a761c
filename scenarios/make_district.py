"""Make the sample district in `base/`: 5 streets, 27 communities, their money and their people.

EVERYTHING HERE IS INVENTED: places, persons, amounts, document numbers. Only the orders of
magnitude are borrowed from public practice. The output is the same on every run; to change the
district, change this file and run `python make_district.py`, or simply edit the CSVs by hand.

Each table draws from its own seeded stream, so that changing one table does not reshuffle the rest.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random

BASE = Path(__file__).parent / "base"
AS_OF_YEAR = 2026  # the cut-off date is 2026-12-31, so age = AS_OF_YEAR - year of birth
Cell = str | int | float
Row = dict[str, Cell]

STREETS = [  # code, name, kind, communities (name, kind): u urban, c converted, v village
    ("S1", "青榕街道", "街道", "榕荫u 听蝉u 锦帆u 云杉u 双橡u 拾光u 朝露u"),
    ("S2", "望禾街道", "街道", "禾香u 竹笛u 新穗u 芸窗u 麦浪u 桐花c"),
    ("S3", "萤桥街道", "街道", "萤桥u 银梭u 木铎u 机杼c 藕塘v"),
    ("S4", "石螺镇", "镇", "螺湾u 石径u 渔灯c 稻花v 茶垄v"),
    ("S5", "苇溪镇", "镇", "苇溪u 雁回u 柳坡v 砚池v"),
]
KINDS = {"u": "城市社区", "c": "村改居", "v": "村"}

# What stands out by design. Everything else is drawn.
NO_INCOME = {"C04", "C19"}  # no collective income: entitled to office money
VERY_LARGE = {"C07": 8640}  # one very large estate, households
CRAMPED = {"C02": 62, "C21": 81}  # premises far too small, square metres
VILLAGE_ALLIANCES = {"C18", "C26"}  # villages which have a Party-building alliance all the same
NO_BRANCH_SCHOOL = {"C07", "C12", "C22", "C25", "C27"}
NEW_THIS_YEAR = {  # entitled for the first time: no row in last_year
    ("C06", "alliance"), ("C17", "alliance"), ("C26", "alliance"), ("C17", "service"),
    ("C11", "branch_school"), ("C24", "branch_school"), ("C19", "office"), ("S5", "street_school"),
}
CARRIED = {("C03", "service"): 6200, ("C15", "service"): 3500}

# Last year's standards (this year's are in `standards`), so that last year's money is plausible.
OLD_STANDARD = {"alliance": 45000, "service": 140000, "service_large": 180000,
                "office": 36000, "street_school": 20000, "branch_school": 2000}

MENU = {  # what residents may order from, by category: thousands of yuan from, to
    "环境整治": ((35, 120), "楼道照明改造 垃圾分类亭维护 背街小巷整治 雨水管网清疏 绿地补种"),
    "便民服务": ((20, 80), "便民驿站运行 共享工具角 非机动车充电棚 晾晒区改造"),
    "文体活动": ((15, 60), "邻里文化节 暑期托管班 百姓健身角 社区读书会"),
    "助老助残": ((25, 95), "助餐配送补贴 居家适老改造 无障碍坡道 独居老人探访"),
}
BARRED = {"P014": "节日礼品发放"}  # on the negative list, whatever residents say
COMMITTED = {"P033"}

FROZEN = {"C05-member": 2, "C11-member": 2}  # three seats are open, one of them is frozen

SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_MALE = "建国志强文斌海涛俊杰伟明家豪立新永康泽宇振华少峰启航子轩浩然"
GIVEN_FEMALE = "秀英丽娟晓燕雪梅婷婷美玲嘉欣慧敏佩珊雨桐思颖静怡梦瑶若兰"
LEVELS = ["初中及以下", "高中", "大专", "本科", "硕士"]


def basis(number: int) -> str:
    """The document a figure comes from; no such document exists."""
    return f"示范区〔2026〕{number}号(虚构)"


# The tables that are decisions, row by row: columns, then rows. The other tables are drawn.
GIVEN: dict[str, tuple[str, list[tuple[Cell, ...]]]] = {
    "settings": ("key value basis", [
        ("title", "示范区（虚构数据）", ""),
        ("as_of", "2026-12-31", "换届时点（虚构）"),
        ("step_yuan", 100, "拨付到百元"),
        ("mode", "ceiling", "二上：控制数以内"),
    ]),
    "funds": ("fund name payee where priority floor ceiling keep_last_year step_yuan basis", [
        ("office", "无集体收入社区办公经费", "community", "collective_income_yuan = 0",
         1, 0.8, 1, "", "", basis(4)),
        ("alliance", "区域化党建联盟工作经费", "community", "alliance = 是",
         1, 0.8, 1, "", "", basis(1)),
        ("service", "服务群众专项经费", "community", "kind in (城市社区, 村改居)",
         2, 0.7, 1, 0.9, "", basis(2)),
        ("street_school", "镇街党校补助", "street", "school = 是", 2, 0.6, 1, "", "", basis(3)),
        ("branch_school", "村(社区)分党校补助", "community", "branch_school = 是",
         2, 0.6, 1, "", 10, basis(3)),
    ]),
    # One sentence of a real notice mixes 万元 and 元, so these cells do too.
    "standards": ("fund where amount_yuan basis", [
        ("alliance", "", "5万", basis(1)),
        ("service", "households <= 3000", "15万", basis(2)),
        ("service", "households > 3000", "20万", basis(2)),
        ("street_school", "", "2万", basis(3)),
        ("branch_school", "", "2000元", basis(3)),
        ("office", "", 40000, basis(4)),
    ]),
    # The district pool is short; two towns and one street are shorter still of money of their own.
    "payers": ("payer name level street appropriation_yuan contingency order funds basis", [
        ("city_service", "市级服务群众转移支付", "city", "", 450000, "", 1, "service", basis(9)),
        ("district", "区级财政", "district", "", 3000000, 0.03, 2, "", basis(5)),
        ("street_S1", "青榕街道财政", "street", "S1", 620000, 0.02, 3, "", basis(6)),
        ("street_S2", "望禾街道财政", "street", "S2", 500000, 0.01, 3, "", basis(6)),
        ("street_S3", "萤桥街道财政", "street", "S3", 310000, 0.01, 3, "", basis(6)),
        ("street_S4", "石螺镇财政", "street", "S4", 124000, "", 3, "", basis(6)),
        ("street_S5", "苇溪镇财政", "street", "S5", 87000, "", 3, "", basis(6)),
    ]),
    "shares": ("fund level where min_share max_share basis", [
        ("office", "district", "", 1, 1, basis(4)),
        ("alliance", "district", "", 0.5, 0.5, basis(1)),
        ("alliance", "street", "", 0.5, 0.5, basis(1)),
        ("alliance", "district", "street = S4", 0.6, 0.6, basis(1)),
        ("alliance", "street", "street = S4", 0.4, 0.4, basis(1)),
        ("alliance", "district", "street = S5", 0.7, 0.7, basis(1)),
        ("alliance", "street", "street = S5", 0.3, 0.3, basis(1)),
        ("service", "district", "", "", 0.6, basis(2)),
        ("service", "street", "", 0.2, "", basis(2)),
        ("service", "district", "street in (S4, S5)", "", 0.75, basis(2)),
        ("service", "street", "street in (S4, S5)", 0.1, "", basis(2)),
        ("street_school", "district", "", 0.5, 0.5, basis(3)),
        ("street_school", "street", "", 0.5, 0.5, basis(3)),
        ("branch_school", "street", "", 1, 1, basis(3)),
    ]),
    "pairs": ("candidate post fit decision reason", [
        ("K016", "C16-secretary", 60, "", "面试评分取代积分（虚构）"),
        ("K022", "C03-secretary", "", "回避", "所在企业承接该社区物业（虚构）"),
        ("K027", "C05-member", "", "指定", "上一轮民主推荐得票集中（虚构）"),
        ("K049", "C10-member", "", "回避", "在该社区经营户外广告（虚构）"),
        ("K076", "C20-secretary", "", "不宜", "本人近期工作调动（虚构）"),
    ]),
    "kin": ("person other", [
        ("K034", "K140"),  # two candidates
        ("K088", "K138"),
        ("K001", "P058"),  # a candidate and somebody who stays on
        ("K117", "P133"),
    ]),
    "points": ("where points basis", [
        ("community = post.community", 30, "熟悉本社区（虚构评分办法）"),
        ("ready = now", 20, "近期可用（虚构评分办法）"),
        ("assessment = 优秀", 15, "年度考核（虚构评分办法）"),
        ("education >= bachelor", 10, "学历（虚构评分办法）"),
        ("age <= 35", 5, "年轻干部（虚构评分办法）"),
        ("training_hours >= 56", 15, "年度培训达56学时（虚构评分办法）"),
        ("affiliation = member", 8, "党员（虚构评分办法）"),
        ("source = 网格员", 5, "网格工作经历（虚构评分办法；来源为自加列）"),
    ]),
    # Not ranked in `goals`: the lists are filled from who is left once everybody is placed.
    "bench": ("kind depth near_term_share lists_each", [
        ("secretary", 2, "33.33%", 2), ("deputy", 1, "33.33%", 2),
    ]),
    "targets": ("target group mean_of of scope min_share min_count max_mean strength basis", [
        ("young", "age <= 35", "", "team", "district", "25%", "", "", "should", basis(8)),
        ("college", "education >= junior_college", "", "team", "district", "80%", "", "",
         "should", basis(8)),
        ("mean_age", "", "age", "team", "district", "", "", 44, "should", basis(8)),
        ("bachelor", "education >= bachelor", "", "team", "district", "40%", "", "", "aim",
         basis(8)),
        ("young_each", "age <= 35", "", "team", "community", "", 1, "", "aim", basis(8)),
    ]),
    "goals": ("rank goal tolerance", [
        (1, "floor", ""), (2, "fill", ""), (3, "fairness", ""), (4, "targets", ""),
        (5, "orders", ""), (6, "fit", ""), (7, "steady", ""), (8, "payer_order", ""),
    ]),
    "project_caps": ("fund category community max_yuan max_share", [
        ("service", "文体活动", "", "", "8%"),  # of the service money of all communities
        ("service", "环境整治", "C07", "7万", ""),
    ]),
}


def stream(table: str) -> Random:
    """One seeded source of chance for each table."""
    return Random(f"sample district, {table}")


def streets() -> list[Row]:
    return table("street name kind school", [(*street[:3], "是") for street in STREETS])


def community_places() -> list[tuple[str, str, str, str]]:
    """(code, name, street, kind letter) of the 27 communities, in order of code."""
    places = [(row[0], word[:-1], word[-1]) for row in STREETS for word in row[3].split()]
    return [
        (f"C{i:02d}", name + ("村" if kind == "v" else "社区"), street, kind)
        for i, (street, name, kind) in enumerate(places, start=1)
    ]


def communities() -> list[Row]:
    chance = stream("communities")
    rows: list[Row] = []
    for code, name, street, kind in community_places():
        # Households lean to the right: many of 1 to 3 thousand, a few very large estates.
        middle = {"u": 2900, "c": 2100, "v": 950}[kind]
        drawn = round(min(8900, max(610, middle * chance.lognormvariate(0, 0.62))))
        households = VERY_LARGE.get(code, drawn)
        residents = round(households * chance.uniform(2.2, 3.1))
        members = round(min(420, max(80, 70 + households * chance.uniform(0.03, 0.07))))
        income = {"u": (20, 400), "c": (500, 4200), "v": (260, 2600)}[kind]
        rows.append({
            "community": code, "name": name, "street": street, "kind": KINDS[kind],
            "residents": residents,
            "households": households,
            "estates": chance.randint(0, 1) if kind == "v" else max(1, households // 750),
            "members": members,
            "floating_members": round(members * chance.uniform(0.03, 0.16)),
            "committees": int(members >= 200),
            "general_branches": members // 140 if members >= 200 else int(members >= 100),
            "branches": max(2, members // 28),
            "collective_income_yuan": 0 if code in NO_INCOME else chance.randint(*income) * 1000,
            "premises_m2": CRAMPED.get(code, int(chance.triangular(21, 148, 48)) * 10),
            "alliance": yes(kind != "v" or code in VILLAGE_ALLIANCES),
            "branch_school": yes(code not in NO_BRANCH_SCHOOL),
        })
    return rows


def yes(fact: bool) -> str:
    return "是" if fact else "否"


def last_year(places: list[Row]) -> list[Row]:
    """85 to 100 % of last year's lower standard, in hundreds of yuan."""
    chance = stream("last_year")
    cells: list[tuple[str, str, int]] = []
    for place in places:
        code, kind = str(place["community"]), place["kind"]
        large = int(place["households"]) > 3000
        entitled = {
            "office": place["collective_income_yuan"] == 0,
            "alliance": place["alliance"] == "是",
            "service": kind != "村",
            "branch_school": place["branch_school"] == "是",
        }
        for fund, holds in entitled.items():
            if holds:
                name = "service_large" if fund == "service" and large else fund
                cells.append((code, fund, OLD_STANDARD[name]))
    cells += [(street[0], "street_school", OLD_STANDARD["street_school"]) for street in STREETS]
    return table("payee fund amount_yuan carried_yuan", [
        (code, fund, int(old * chance.uniform(0.85, 1) / 100) * 100, CARRIED.get((code, fund), ""))
        for code, fund, old in cells
        if (code, fund) not in NEW_THIS_YEAR
    ])


def projects(places: list[Row]) -> list[Row]:
    """Three or so a community with the service fund; about one in four can be scaled down."""
    chance = stream("projects")
    rows: list[tuple[Cell, ...]] = []
    for place in places:
        if place["kind"] == "村":
            continue
        for category in chance.sample(sorted(MENU), chance.choice([2, 3, 3, 4])):
            (low, high), names = MENU[category]
            cost = chance.randint(low, high) * 1000
            code = f"P{len(rows) + 1:03d}"
            least = cost // 2000 * 1000 if chance.random() < 0.25 else ""
            status = "负面清单" if code in BARRED else "已承诺" if code in COMMITTED else "申报"
            rows.append((
                code, str(place["community"]), BARRED.get(code) or chance.choice(names.split()),
                category, cost, round(int(place["households"]) * chance.uniform(0.01, 0.12)),
                least, status))
    return table("project community name category cost_yuan orders min_yuan status", rows)


def posts() -> list[Row]:
    columns = ("post name community street kind seats vacant max_age min_education where"
               " priority basis")
    member = "affiliation = member"
    rows: list[tuple[Cell, ...]] = []
    for code, name, street, letter in community_places():
        local = ["community = post.community"] if letter == "v" else []  # one of the village
        for kind, title, seats, schooling, where, priority in (
            ("secretary", "书记", 1, "大专", [member, "training_hours >= 64"], 3),
            ("deputy", "副书记", 1, "大专", [member, *local], 2),
            ("member", "委员", 4 if letter == "v" else 5, "高中", local, 1),
        ):
            post = f"{code}-{kind}"
            rows.append((post, name + title, code, street, kind, seats, FROZEN.get(post, ""), 60,
                         schooling, " and ".join(where), priority, basis(7)))
    return table(columns, rows)


def training() -> list[Row]:
    """A course of each street's Party school for its own people, and one of the district school."""
    places = community_places()
    rows: list[tuple[Cell, ...]] = []
    for street, *_ in STREETS:
        own = ", ".join(code for code, _, home, _ in places if home == street)
        rows.append((f"T-{street}", street, "street_school", 12000, "", "training_hours=64",
                     f"affiliation = member and community in ({own})"))
    rows.append(("T-near", "", "street_school", 1500, 8, "ready=now",
                 "affiliation = member and ready = later and training_hours >= 40"))
    return table("course street fund cost_yuan max_people gives where", rows)


def incumbents(rows: list[Row]) -> list[Row]:
    """One person a seat, but for the few seats which stand empty already."""
    chance = stream("incumbents 3")  # a draw with vacancies in every street
    seats = [(str(row["post"]), str(row["kind"])) for row in rows for _ in range(int(row["seats"]))]
    fate = ["empty"] * 5 + ["too old"] * 15 + ["allowed to 62"] * 3 + ["leaving"] * 28
    fate += ["stays"] * (len(seats) - len(fate))
    chance.shuffle(fate)
    people: list[tuple[Cell, ...]] = []
    for (post, kind), what in zip(seats, fate, strict=True):
        if what == "empty":
            continue
        age = {"too old": chance.randint(61, 64), "allowed to 62": chance.randint(61, 62)}.get(what)
        age = age or chance.choices(
            [chance.randint(25, 35), chance.randint(36, 47), chance.randint(48, 60)],
            [3, 35, 62] if kind == "secretary" else [20, 38, 42],
        )[0]
        sex = chance.choices("男女", [70, 30] if kind == "secretary" else [46, 54])[0]
        schooling = max(1 if kind == "member" else 2, education(chance, age + 2))
        people.append((
            f"P{len(people) + 1:03d}", post, person_name(chance, sex), sex,
            birth_month(chance, age), LEVELS[schooling], yes(what == "leaving"),
            62 if what == "allowed to 62" else "",
        ))
    return table("person post name sex birth education leaving stay_until_age", people)


def candidates() -> list[Row]:
    chance = stream("candidates 24")
    places = community_places()
    weights = [1 if letter == "v" else 5 for _, _, _, letter in places]
    rows: list[Row] = []
    for number in range(1, 141):
        low, high = chance.choices([(24, 35), (36, 45), (46, 58)], [42, 35, 23])[0]
        age = chance.randint(low, high)
        sex = chance.choices("男女", [48, 52])[0]
        level = education(chance, age)
        party = chance.choices(
            ["中共党员", "中共预备党员", "共青团员" if age <= 28 else "群众", "群众"],
            [46, 8, 20, 26],
        )[0]
        graduate = "返乡大学生" if age <= 35 and level >= 2 else "两新组织骨干"
        seasoned = age > 35  # the young are better schooled, the older better trained and ready
        full_time = LEVELS[min(level, max(1, level - chance.choice([0, 0, 1, 1, 2])))]
        rows.append({
            "candidate": f"K{number:03d}", "name": person_name(chance, sex), "sex": sex,
            "birth": birth_month(chance, age),
            "education": LEVELS[level], "full_time_education": full_time,
            "affiliation": party, "joined": joined_month(chance, age, party),
            "community": chance.choices(places, weights)[0][0],
            "ready": chance.choices(["近期可用", "中长期"], [7, 3] if seasoned else [4, 6])[0],
            "training_hours": chance.randrange(*((16, 84, 4) if seasoned else (0, 68, 4))),
            "willing": chance.choices(
                ["", "委员", "副书记、委员", "书记、副书记", "书记"], [30, 34, 18, 13, 5]
            )[0],
            "assessment": chance.choices(["优秀", "称职"], [7, 13] if seasoned else [4, 16])[0],
            "capacity": 1,
            "source": chance.choice([graduate, "网格员", "退役军人", "社区专职工作者", "物业骨干"]),
        })
    return rows


def person_name(chance: Random, sex: str) -> str:
    given = GIVEN_MALE if sex == "男" else GIVEN_FEMALE
    return chance.choice(SURNAMES) + "".join(chance.sample(given, chance.choice([1, 2, 2, 2])))


def birth_month(chance: Random, age: int) -> str:
    return f"{AS_OF_YEAR - age}.{chance.randint(1, 12):02d}"


def joined_month(chance: Random, age: int, party: str) -> str:
    """When a Party member joined; probationers did so within the last year."""
    if party == "中共预备党员":
        return f"{AS_OF_YEAR}.{chance.randint(1, 10):02d}"
    if party != "中共党员":
        return ""
    return f"{AS_OF_YEAR - chance.randint(2, age - 20)}.{chance.choice([6, 7, 11, 12]):02d}"


def education(chance: Random, age: int) -> int:
    """A place in LEVELS: the younger, the higher."""
    young, middle, older = [0, 7, 42, 47, 4], [0, 20, 50, 29, 1], [2, 36, 46, 16, 0]
    weights = young if age <= 35 else middle if age <= 45 else older
    return chance.choices(range(len(LEVELS)), weights)[0]


def table(columns: str, rows: Iterable[tuple[Cell, ...]]) -> list[Row]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


def write(name: str, rows: list[Row]) -> None:
    """One CSV file, with a byte-order mark, so that Excel and WPS show the Chinese as it is."""
    with (BASE / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, fieldnames=list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)


def main() -> None:
    BASE.mkdir(exist_ok=True)
    places, seats = communities(), posts()
    tables = {name: table(columns, rows) for name, (columns, rows) in GIVEN.items()} | {
        "streets": streets(), "communities": places, "last_year": last_year(places),
        "projects": projects(places),
        "posts": seats, "incumbents": incumbents(seats), "candidates": candidates(),
        "training": training(),
    }
    for name, rows in tables.items():
        write(name, rows)


if __name__ == "__main__":
    main()
