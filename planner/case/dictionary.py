"""The data dictionary: every table and every column, once.

Reading, messages, templates, docs and the JSON Schema are made from it; to add a column, add a
line here. Source of names and headings: the data contract; `planner schema case` prints it.
"""

from __future__ import annotations

from typing import Any

from planner.case.columns import Table
from planner.case.columns import column as _c
from planner.case.columns import words as _words

EDUCATION = _words(
    "primary 初中及以下|初中|小学|小学及以下; high_school 高中/中专|高中|中专|高中及中专|职高|技校;"
    "junior_college 大专|专科|大学专科|高职; bachelor 本科|大学|大学本科;"
    "master 硕士|研究生|硕士研究生; doctor 博士|博士研究生"
)
LEVELS = _words(
    "district 区级|区; street 街道|街道级|镇街|镇; city 市级|市; province 省级|省; dues 党费"
)
POST_KINDS = _words(
    "secretary 书记|党组织书记; deputy 副书记; member 委员|两委委员;"
    "instructor 党建指导员|指导员; liaison 党建联络员|联络员"
)
STRENGTHS = _words(
    "must 必须|不得|不低于|不超过|刚性; should 一般|原则上; aim 力争|逐步|争取"
)
OF = _words("placed 拟任人选|新任; team 换届后班子|班子; bench 后备")
SCOPES = _words("district 全区|区; street 街道|各街道; community 社区|各社区; kind 岗位类型; post 岗位")
SEX = _words("male 男; female 女")
AFFILIATION = _words(
    "member 中共党员|党员|正式党员; probationary 中共预备党员|预备党员; league 共青团员|团员;"
    "masses 群众; other 其他|民主党派|无党派人士"
)
GOALS = _words(
    "floor 保底; fill 补齐空缺; fairness 均衡保障; coverage 保障面; targets 结构目标; orders 居民点单;"
    "bench 后备储备; fit 人岗相适; steady 保持稳定; thrift 节约; payer_order 出资次序"
)
FUND_RULES = _words(
    "floor 保底|保底比例; ceiling 封顶|封顶比例; keep_last_year 不低于上年; growth 增幅上限;"
    "envelope 总额|经费总额; per_resident_range 人均差幅"
)
MODES = _words("ceiling 控制数内|二上; ask 申报|一上")

_BASIS = _c("basis", "依据|文号", "text", "Where the figure comes from: document and number.")
_PERSON: dict[str, Any] = {"personal": True}

_person_columns = (
    _c("name", "姓名", "text", "Masked wherever it is shown.", **_PERSON),
    _c("sex", "性别", "word", words=SEX),
    _c("birth*", "出生年月|出生日期", "date", "Age is counted from it at `as_of`.", **_PERSON),
    _c("education*", "学历|最高学历", "word", "Highest education.", words=EDUCATION),
)

TABLES: tuple[Table, ...] = (
    Table(name="settings", zh="参数", block="both", key=("key",), columns=(
        _c("key*", "参数|参数名", "word", words=_words(
            "title 标题; as_of 截止日期|年龄截止日期; step_yuan 取整单位|取整步长; mode 模式;"
            "probationary_secretary 预备党员可任书记;"
            "change_of_term 换届日期|换届时间")),
        _c("value*", "值|参数值", "text"),
        _BASIS,
    )),
    Table(name="communities", zh="社区", block="both", key=("community",), open=True, columns=(
        _c("community*", "社区编码|社区编号", "code"),
        _c("name*", "社区名称|社区", "text"),
        _c("street*", "所属街道|街道|街道(镇)|所属街道(镇)", "code", ref="streets"),
        _c("kind", "类型|社区类型", "word", words=_words(
            "urban 城市社区|社区; converted 村改居|村改居社区; village 村|行政村|建制村")),
        _c("residents", "常住人口|人口", "integer", low=0),
        _c("households", "户数|住户数|实有户数", "integer", low=0),
        _c("estates", "住宅小区数|小区数", "integer", low=0),
        _c("members", "党员数|党员", "integer", low=0),
        _c("floating_members", "流动党员数|流动党员", "integer", low=0),
        _c("committees", "党委数", "integer", low=0),
        _c("general_branches", "党总支数", "integer", low=0),
        _c("branches", "党支部数", "integer", low=0),
        _c("collective_income_yuan", "集体收入|集体经济收入", "money"),
        _c("premises_m2", "办公活动面积|办公及活动面积|办公及活动面积(㎡)|办公活动面积(㎡)",
           "number", low=0),
        _c("alliance", "党建联盟|是否成立党建联盟", "flag"),
        _c("branch_school", "分党校", "flag"),
    )),
    Table(name="streets", zh="街道", block="both", key=("street",), open=True, columns=(
        _c("street*", "街道编码|街道编号", "code"),
        _c("name*", "街道名称|名称", "text"),
        _c("kind", "类型|街道类型", "word", words=_words("subdistrict 街道|街道办事处; town 镇|乡镇")),
        _c("school", "镇街党校|党校", "flag"),
    )),
    Table(name="funds", zh="经费项目", block="money", key=("fund",), columns=(
        _c("fund*", "经费编码|经费项目|经费", "code"),
        _c("name*", "经费名称|名称", "text"),
        _c("payee*", "保障对象", "word", words=_words("community 社区; street 街道|镇街")),
        _c("where", "对象条件", "condition", over="payee"),
        _c("priority", "保障顺序", "integer", "1 is served first.", low=1),
        _c("floor", "保底比例|下限", "share", low=0),
        _c("ceiling", "封顶比例|上限", "share", low=0),
        _c("keep_last_year", "不低于上年比例", "share", low=0),
        _c("grow_at_most", "增幅上限", "share", low=0),
        _c("envelope_min_yuan", "总额下限", "money", low=0),
        _c("envelope_max_yuan", "总额上限", "money", low=0),
        _c("per_resident_range", "人均差幅", "share",
           "How far a street's amount per resident may lie from the district's.", low=0),
        _c("step_yuan", "取整单位|取整步长", "money", low=1),
        _c("law", "刚性规则|法定规则", "words",
           "Which of its rules are law: never proposed to give in a conflict.", words=FUND_RULES),
        _BASIS,
    )),
    Table(name="standards", zh="经费标准", block="money", key=(), columns=(
        _c("fund*", "经费编码|经费项目|经费", "code", ref="funds"),
        _c("where", "适用条件", "condition", over="payee"),
        _c("amount_yuan*", "标准", "money", low=0),
        _c("per", "计量", "code", "A numeric column of the payee; blank = per payee."),
        _c("every", "每", "number", "The amount is for so many units.", low=1e-9),
        _c("round", "进位", "word", words=_words("up 进位|向上; down 舍去|向下")),
        _c("min_yuan", "最低额|最低", "money", low=0),
        _c("max_yuan", "最高额|最高", "money", low=0),
        _BASIS,
    )),
    Table(name="payers", zh="出资方", block="money", key=("payer",), columns=(
        _c("payer*", "出资方编码|出资方", "code"),
        _c("name*", "出资方名称|名称", "text"),
        _c("level*", "层级|级次", "word", words=LEVELS, open_words=True),
        _c("street", "所属街道|街道", "code", "Whose payees it may pay; blank = all.",
           ref="streets"),
        _c("appropriation_yuan", "可用额度|控制数", "money", "Blank only in `ask` mode.", low=0),
        _c("contingency", "机动比例", "share", low=0, high=1),
        _c("order", "使用顺序", "integer", low=1),
        _c("funds", "可用经费项目|专款专用", "words", "Which funds it may pay; blank = all.",
           ref="funds", open_words=True),
        _c("law", "法定", "flag", "Its appropriation is law: never proposed to give."),
        _BASIS,
    )),
    Table(name="shares", zh="分担比例", block="money", key=(), columns=(
        _c("fund*", "经费编码|经费项目|经费", "code", ref="funds"),
        _c("level*", "层级|级次", "word", words=LEVELS, open_words=True),
        _c("where", "适用条件", "condition", over="payee"),
        _c("min_share", "最低比例|不低于", "share", low=0, high=1),
        _c("max_share", "最高比例|不超过", "share", low=0, high=1),
        _c("max_yuan", "定额上限|定额", "money", low=0),
        _c("law", "法定", "flag", "The share is law: never proposed to give."),
        _BASIS,
    )),
    Table(name="last_year", zh="上年", block="money", key=("payee", "fund"), columns=(
        _c("payee*", "对象编码|社区编码|对象", "code"),
        _c("fund*", "经费编码|经费项目|经费", "code", ref="funds"),
        _c("amount_yuan*", "上年拨付|上年数", "money", low=0),
        _c("carried_yuan", "结转|结转资金", "money", low=0),
        _c("carried_before_yuan", "以前年度结转|上年年初结转", "money",
           "Carried into last year from the years before it.", low=0),
    )),
    Table(name="projects", zh="服务项目", block="money", key=("project",), columns=(
        _c("project*", "项目编号|项目编码", "code"),
        _c("community*", "社区编码|社区", "code", ref="communities"),
        _c("name*", "项目名称", "text"),
        _c("category", "类别", "text"),
        _c("cost_yuan*", "申请金额|金额", "money", low=1),
        _c("orders*", "居民点单数|评议得票", "integer", low=0),
        _c("min_yuan", "最低额", "money", "Blank = all of the cost or nothing.", low=0),
        _c("fund", "经费编码|经费项目", "code", "Default: service.", ref="funds"),
        _c("status", "状态", "word", words=_words(
            "proposed 申报|拟申报; barred 负面清单; committed 已承诺|已确定")),
    )),
    Table(name="project_caps", zh="类别上限", block="money", key=(), columns=(
        _c("fund*", "经费编码|经费项目", "code", ref="funds"),
        _c("category*", "类别", "text"),
        _c("community", "社区编码|社区", "code", "Blank = all communities of the fund together.",
           ref="communities"),
        _c("max_yuan", "上限", "money", low=0),
        _c("max_share", "上限比例", "share", low=0, high=1),
    )),
    Table(name="posts", zh="岗位", block="people", key=("post",), open=True, columns=(
        _c("post*", "岗位编号|岗位编码", "code"),
        _c("name", "岗位名称|名称", "text"),
        _c("community", "社区编码|社区", "code", "Blank = a post of the district.",
           ref="communities"),
        _c("street", "街道编码|街道", "code", ref="streets"),
        _c("kind*", "岗位类型|岗位", "word", words=POST_KINDS, open_words=True),
        _c("seats", "核定职数|职数", "integer", low=0),
        _c("vacant", "空缺数|空缺", "integer", "Blank = seats − incumbents who stay.", low=0),
        _c("max_age", "年龄上限", "integer", "Inclusive.", low=16, high=100),
        _c("min_age", "年龄下限", "integer", low=0, high=100),
        _c("min_education", "学历下限", "word", words=EDUCATION),
        _c("where", "资格条件", "condition", over="pair"),
        _c("priority", "优先级|补缺顺序", "integer", "Higher first."),
        _BASIS,
    )),
    Table(name="incumbents", zh="现任", block="people", key=("person",), open=True, columns=(
        _c("person*", "人员编号|编号", "code"),
        _c("post*", "岗位编号|岗位编码", "code", ref="posts"),
        *_person_columns,
        _c("leaving", "拟离任|离任", "flag"),
        _c("stay_until_age", "可任至年龄", "integer", low=16, high=100),
    )),
    Table(name="candidates", zh="后备人选", block="people", key=("candidate",), open=True, columns=(
        _c("candidate*", "编号|人选编号", "code"),
        *_person_columns,
        _c("full_time_education", "全日制学历", "word", words=EDUCATION),
        _c("affiliation", "政治面貌", "word", words=AFFILIATION),
        _c("joined", "入党时间", "date", **_PERSON),
        _c("community", "现居(工作)社区|现居社区|社区编码|社区", "code", ref="communities"),
        _c("ready", "成熟度", "word", words=_words(
            "now 近期可用|近期可用(成熟型)|成熟型; later 中长期|中长期培养")),
        _c("training_hours", "培训学时", "number", low=0),
        _c("willing", "意愿|意愿岗位", "words", "Kinds of post; blank = any.", words=POST_KINDS,
           open_words=True),
        _c("assessment", "考核|年度考核", "text"),
        _c("capacity", "可任职数|承担单位数", "integer", "How many units one may hold; default 1.",
           low=1),
    )),
    Table(name="pairs", zh="人岗", block="people", key=("candidate", "post"), columns=(
        _c("candidate*", "编号|人选编号", "code", ref="candidates"),
        _c("post*", "岗位编号|岗位编码", "code", ref="posts"),
        _c("fit", "适配分", "number", "Overrides the points."),
        _c("decision", "决定", "word", words=_words("bar 回避|不宜; pin 指定")),
        _c("reason", "理由|原因", "text", **_PERSON),
    )),
    Table(name="kin", zh="回避关系", block="people", key=("person", "other"), columns=(
        _c("person*", "人员编号|编号", "code"),
        _c("other*", "对方编号|对方", "code"),
    )),
    Table(name="points", zh="评分", block="people", key=(), columns=(
        _c("where*", "条件", "condition", over="pair"),
        _c("points*", "分值", "number"),
        _BASIS,
    )),
    Table(name="bench", zh="储备标准", block="people", key=(), columns=(
        _c("kind*", "岗位类型", "word", words=POST_KINDS, open_words=True),
        _c("depth*", "每岗储备数", "integer", "Successors on the list of each post.", low=0),
        _c("near_term_share", "近期可用占比", "share",
           "At least so much of the list places of these posts is held by `ready` = now.",
           low=0, high=1),
        _c("lists_each", "每人可列名单数", "integer",
           "On how many lists one person may stand; default 2.", low=1),
        _c("where", "适用岗位", "condition", over="post"),
    )),
    Table(name="targets", zh="结构目标", block="people", key=("target",), columns=(
        _c("target*", "目标编码|目标", "code"),
        _c("group", "人群条件|人群", "condition", over="person"),
        _c("mean_of", "均值项|平均", "code", "`age`, or a column of numbers, one of the user's too."),
        _c("of*", "统计对象", "word", "`bench` counts places on lists.", words=OF),
        _c("scope", "范围|统计范围", "word", "Default: district.", words=SCOPES),
        _c("where", "适用岗位", "condition",
           "Instructors and liaisons count only when it names the kind of post, or the scope is"
           " kind or post.", over="post"),
        _c("min_share", "最低比例|不低于", "share", low=0, high=1),
        _c("max_share", "最高比例|不超过", "share", low=0, high=1),
        _c("min_count", "最少人数|最少", "integer", low=0),
        _c("max_count", "最多人数|最多", "integer", low=0),
        _c("min_mean", "均值下限", "number"),
        _c("max_mean", "均值上限", "number"),
        _c("strength", "刚性", "word", "Default: should.", words=STRENGTHS),
        _c("law", "法定", "flag", "A `must` that is law: never proposed to give."),
        _BASIS,
    )),
    Table(name="training", zh="培训班", block="people", key=("course",), columns=(
        _c("course*", "班次编号|培训班", "code"),
        _c("street", "街道编码|街道", "code", ref="streets"),
        _c("fund", "经费编码|经费项目", "code", ref="funds"),
        _c("cost_yuan*", "人均费用|费用", "money", low=0),
        _c("max_people", "容量|人数上限", "integer", low=0),
        _c("gives*", "培训效果", "assignments"),
        _c("where", "参训条件", "condition", over="person"),
    )),
    Table(name="goals", zh="目标次序", block="both", key=("goal",), columns=(
        _c("rank*", "次序|顺序", "integer", low=1),
        _c("goal*", "目标", "word", words=GOALS),
        _c("tolerance", "容差", "number", "How much a later goal may worsen it.", low=0),
    )),
    Table(name="scenarios", zh="方案", block="both", key=(), columns=(
        _c("scenario*", "方案编码|方案", "code"),
        _c("title", "标题|方案名称", "text"),
        _c("baseline", "基准", "code"),
        _c("name*", "调整名称|调整", "text"),
        _c("table*", "表", "text"),
        _c("where", "条件", "text"),
        _c("column", "列", "text"),
        _c("op*", "操作", "word", words=_words(
            "set 设为; times 乘以; plus 增加; add 新增; remove 删除")),
        _c("value", "值", "text"),
        _BASIS,
    )),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

# Columns that would hold a person's identity beyond what the model needs: dropped when read.
PRIVATE_HEADINGS = (
    "身份证", "身份证号", "公民身份号码", "id_number", "id_card", "电话", "手机", "手机号",
    "联系电话", "phone", "mobile", "住址", "家庭住址", "地址", "address",
)
