"""Words of the report and of field names, English and Chinese. Data and one function."""

from __future__ import annotations

from complaint_qms.backtest.report.key_words import KEY_WORDS

STRINGS: dict[str, tuple[str, str]] = {
    # frame
    "title": ("Complaint review", "投诉回顾"),
    "subtitle": ("A history replayed through the engine of Complaint QMS", "用 Complaint QMS 引擎回放的历史"),
    "period": ("{first} to {last}", "{first} 至 {last}"),
    "as_of": ("as of {date}", "截至 {date}"),
    "contents": ("Contents", "目录"),
    "skip": ("Skip to the content", "跳到正文"),
    "sources": ("Files", "文件"),
    "made_by": ("Made by complaint-qms {version} from {files}", "由 complaint-qms {version} 根据 {files} 生成"),
    "same_bytes": (
        "The same files and the same policy give this same report, to the byte. Nothing was sent anywhere.",
        "同样的文件和策略得到逐字节相同的报告。没有任何数据离开本机。",
    ),
    "not_legal_advice": ("not legal advice", "不构成法律意见"),
    "none": ("none", "无"),
    "not_given": ("not given", "未给出"),
    "others": ("{count} others", "其余 {count} 项"),
    "the_rest": ("others", "其余"),
    "more_rows": ("{count} more in the database", "数据库中另有 {count} 条"),
    "of_all": ("of all", "占全部"),
    "row": ("row", "行"),
    "show_numbers": ("The numbers", "数据"),
    # big numbers
    "big_complaints": ("complaints", "件投诉"),
    "big_severe": ("critical or worse", "危急及以上"),
    "big_signals": ("signals in {series} series", "个信号（{series} 个序列）"),
    "big_late": ("over a time limit", "超过时限"),
    "big_duplicates": ("likely duplicates", "件疑似重复"),
    "big_rejected": ("rows not usable", "行不可用"),
    # summary
    "h_summary": ("What stands out", "要点"),
    "sum_batch": (
        "Batch {batch} of {item} drew {count} complaints where its siblings lead to {expected}: {ratio} times as many "
        "(95 % interval {low} to {high}). Most are about: {type}.",
        "{item} 的批次 {batch} 有 {count} 件投诉，按同产品其他批次推算为 {expected} 件，为其 {ratio} 倍（95% 区间 {low} 至 {high}）。"
        "最多的是：{type}。",
    ),
    "sum_batch_none": ("No batch stands out from its siblings.", "没有批次明显高于同类批次。"),
    "sum_signal": (
        "All complaints together: a signal in {weeks} of {all} weeks, first in {first}.",
        "全部投诉合计：{all} 周中有 {weeks} 周发出信号，最早在 {first}。",
    ),
    "sum_signal_none": ("The number of all complaints gave no signal.", "投诉总数没有发出信号。"),
    "sum_stage": (
        "The stage most often late is {stage}: {share} of complaints took longer than {limit}; half took {median} or more.",
        "超时最多的阶段是{stage}：{share} 的投诉超过 {limit}，半数用时不少于 {median}。",
    ),
    "sum_stage_at_once": (
        "The stage most often late is {stage}: {share} of complaints took longer than {limit}; {at_once} took no working "
        "time.",
        "超时最多的阶段是{stage}：{share} 的投诉超过 {limit}，{at_once} 未占用工作时间。",
    ),
    "left_out": (
        "{count} complaints received after {date} are left out.",
        "{date} 之后收到的 {count} 件投诉未计入。",
    ),
    "sum_customers": (
        "{count} customers complained more than {least} times within {days} days; the first is {name}.",
        "{count} 位客户在 {days} 天内投诉超过 {least} 次，首位是 {name}。",
    ),
    "sum_duplicates": (
        "{pairs} pairs tell the same story; they form {groups} groups.",
        "{pairs} 对投诉讲的是同一件事，合成 {groups} 组。",
    ),
    "sum_quality": (
        "{bad} of {all} rows could not be used; the reasons are at the end.",
        "{all} 行中有 {bad} 行不可用，原因见文末。",
    ),
    # trend
    "h_trend": ("Complaints over time", "投诉走势"),
    "trend_weeks": ("Complaints a week", "每周投诉"),
    "trend_months": ("Complaints a month", "每月投诉"),
    "trend_lead": (
        "Bars are complaints received. The line is what the past leads to, the dashed line the limit; a red bar with a "
        "triangle is a signal.",
        "柱为收到的投诉，实线为按以往推算的数量，虚线为界限；带三角的红柱为信号。",
    ),
    "trend_lead_months": (
        "The history is long, so months are drawn; a red bar with a triangle holds at least one weekly signal.",
        "历史较长，按月绘制；带三角的红柱表示当月至少有一个周信号。",
    ),
    "trend_rest": (
        "The last {days} days ({count} complaints) are not yet a whole week and were not judged.",
        "最后 {days} 天（{count} 件投诉）不满一周，未作判断。",
    ),
    "trend_rest_one": (
        "The last day ({count} complaints) is not yet a whole week and was not judged.",
        "最后 1 天（{count} 件投诉）不满一周，未作判断。",
    ),
    "trend_part": ("not over", "未满"),
    "expected": ("expected", "预期"),
    "limit": ("limit", "界限"),
    "observed": ("observed", "实际"),
    "signal": ("signal", "信号"),
    "week": ("week", "周"),
    "count": ("count", "件数"),
    "share": ("share", "占比"),
    "cumulative": ("cumulative", "累计"),
    # risk
    "h_risk": ("Risk", "风险"),
    "risk_lead_rate": (
        "Each complaint stands in the cell of its severity and of how often its item draws that type of complaint, per "
        "unit delivered in {days} days. Large: complaints; small: still open.",
        "每件投诉按其严重度和发生频度（该产品此类投诉数 ÷ {days} 天内交付的数量）归入一格。大字为件数，小字为未结。",
    ),
    "risk_lead_count": (
        "Each complaint stands in the cell of its severity and of how often its item drew that type of complaint in "
        "{days} days ({why}, so counts stand in for rates). Large: complaints; small: still open.",
        "每件投诉按其严重度和发生频度（{days} 天内该产品此类投诉的件数；{why}，以件数代替比率）归入一格。大字为件数，小字为未结。",
    ),
    "deliveries_none": ("no deliveries were given", "未提供交付数据"),
    "deliveries_unnamed_item": ("the deliveries name no items", "交付数据中没有产品"),
    "deliveries_unnamed_batch": ("the deliveries name no batches", "交付数据中没有批次"),
    "deliveries_unmatched_item": (
        "{count} of {count} delivered items match no complaint",
        "交付的 {count} 种产品均与投诉不符",
    ),
    "deliveries_unmatched_batch": (
        "{count} of {count} delivered batches match no complaint",
        "交付的 {count} 个批次均与投诉不符",
    ),
    "deliveries_elsewhere": (
        "no delivery lies in the {days} days before a complaint about what was delivered",
        "投诉前 {days} 天内没有该产品的交付",
    ),
    "open_count": ("{count} open", "未结 {count}"),
    "severity_axis": ("Severity", "严重度"),
    "occurrence_axis": ("Occurrence", "发生频度"),
    "severity_sources": ("Where the severity comes from", "严重度的来源"),
    "severity_from_file": ("given in the file", "文件中给出"),
    "severity_from_text": ("read from the text", "由文本读出"),
    "severity_from_harm": ("from harm to a person", "由人身伤害得出"),
    "severity_from_default": ("not known: the policy's default", "未知：按策略默认"),
    "occurrence": ("Occurrence", "发生频度"),
    "risk": ("Risk", "风险"),
    "report_by": ("Report by", "报告期限"),
    "h_reportable": ("Reportable events", "应报告事件"),
    "reportable_lead": (
        "{count} complaints tell of harm that a duty of {jurisdictions} may cover, with the day by which a report would "
        "have been due. Not legal advice.",
        "{count} 件投诉涉及伤害，可能属于 {jurisdictions} 的报告义务；列出应报告的期限。不构成法律意见。",
    ),
    # pareto
    "harm_minor": ("minor harm", "轻微伤害"),
    "harm_serious": ("serious harm", "严重伤害"),
    "harm_death": ("death", "死亡"),
    "h_pareto": ("Where complaints come from", "投诉来自哪里"),
    "pareto_lead": (
        "The bar is the share, the dot the cumulative share: what lies left of 80 % is worth working on first.",
        "条为占比，圆点为累计占比：80% 以内的值得先处理。",
    ),
    "type_from_text": (
        "{count} complaints had no type; it was read from their text.",
        "{count} 件投诉没有类型，由文本读出。",
    ),
    # signals
    "h_signals": ("Signals and their arithmetic", "信号及其计算过程"),
    "signals_lead": (
        "Every week of {series} series was judged only by the weeks before it, with the method that suits the series. "
        "Among the alarms of one week in one kind of series (all items, say) an expected {fdr} at most are false; over all "
        "weeks together nothing is promised. All complaints together are the only series of their kind, and a fixed "
        "threshold has no chance to go by: there the limit alone decides. Weeks in a row are one signal here.",
        "{series} 个序列的每一周只与此前各周相比，方法由序列自身决定。同一周、同一种序列（例如全部产品）的警报中，预期误报不超过 {fdr}；"
        "对所有各周合计不作保证。“全部投诉”这一种只有一个序列，固定阈值没有偶然概率，均只由界限决定。连续的周在此合为一个信号。",
    ),
    "signals_none": ("No series gave a signal.", "没有序列发出信号。"),
    "signals_others": ("Further signals", "其他信号"),
    "weeks_in_row": ("{count} weeks", "{count} 周"),
    "arithmetic": ("The arithmetic", "计算过程"),
    "method": ("method", "方法"),
    "units": ("units", "数量"),
    "baseline": ("compared with", "比较基准"),
    "baseline_words": ("{count} in {periods} weeks, {first} to {last}", "{first} 至 {last} 共 {periods} 周 {count} 件"),
    "baseline_units": ("{count} for {units} units, {first} to {last}", "{first} 至 {last}，{units} 件产品中 {count} 件"),
    "baseline_guard": ("; the {guard} weeks after them are left out", "；其后 {guard} 周不计入"),
    "limit_count": ("limit (complaints)", "界限（件）"),
    "limit_maxsprt": ("limit of the log likelihood ratio", "对数似然比的界限"),
    "limit_cusum": ("limit of the sum", "累计和的界限"),
    "statistic_u": ("standard deviations above what was expected", "高于预期的标准差数"),
    "statistic_laney": ("standard deviations above what was expected", "高于预期的标准差数"),
    "statistic_ears": ("standard deviations above the mean", "高于均值的标准差数"),
    "statistic_cusum": ("sum above the reference", "超出参考值的累计和"),
    "statistic_maxsprt": ("log likelihood ratio", "对数似然比"),
    "statistic_farrington": ("score (the limit is at 1)", "得分（界限处为 1）"),
    "kind": ("kind", "种类"),
    "series": ("series", "序列"),
    "details": ("details", "细节"),
    "p_value": ("chance (p)", "偶然概率 p"),
    "q_value": ("after false discovery control (q)", "错误发现率校正后 q"),
    "method_none": ("none", "无"),
    "method_threshold": ("fixed threshold", "固定阈值"),
    "method_poisson": ("exact Poisson", "精确泊松"),
    "method_u": ("u-chart", "u 控制图"),
    "method_laney": ("Laney u′ chart", "Laney u′ 控制图"),
    "method_ears": ("EARS", "EARS"),
    "method_cusum": ("Poisson CUSUM", "泊松 CUSUM"),
    "method_maxsprt": ("MaxSPRT, watched from the first delivery", "MaxSPRT（自首次交付起监测）"),
    "method_farrington": ("Farrington / Noufaily", "Farrington / Noufaily"),
    "method_prr": ("PRR", "PRR"),
    "method_ebgm": ("EBGM", "EBGM"),
    "series_all": ("All complaints", "全部投诉"),
    # sop
    "h_sop": ("Working time and what would have escalated", "工作时间与应升级事项"),
    "sop_lead": (
        "Working time from the end of one stage to the end of the next, against the limits of the policy. The bar ends at "
        "the 90th percentile, the line inside is the median, the tick is the limit.",
        "从一个阶段结束到下一阶段结束的工作时间，与策略的时限相比。条到第 90 百分位，中线为中位数，刻度为时限。",
    ),
    "sop_none": (
        "The files hold no times of stages, so working time cannot be measured.",
        "文件中没有各阶段的时间，无法计算工作时间。",
    ),
    "stage": ("stage", "阶段"),
    "measured": ("measured", "件数"),
    "median": ("median", "中位数"),
    "p90": ("9 of 10 within", "九成以内"),
    "over_limit": ("over the limit", "超时"),
    "time_limit": ("limit", "时限"),
    "escalations": ("Would have been told", "应通知"),
    "escalation_step": ("at {share} of the limit", "达到时限的 {share}"),
    "times": ("{count} times", "{count} 次"),
    "open_now": ("Open on {date}", "{date} 未结"),
    "open_lead": (
        "{open} complaints are open: {over} beyond the limit of their stage, {risk} past {share} of it.",
        "{open} 件未结：{over} 件已超过所在阶段的时限，{risk} 件已用去时限的 {share} 以上。",
    ),
    "stage_first_response": ("First response", "首次响应"),
    "stage_intake": ("Intake", "登记"),
    "stage_triage": ("Triage", "分诊"),
    "stage_investigate": ("Investigation", "调查"),
    "stage_solve": ("Solution", "解决方案"),
    "stage_confirm": ("Confirmation", "客户确认"),
    "stage_execute": ("Execution", "执行"),
    "stage_review": ("Review", "复核"),
    "stage_total": ("The whole", "全程"),
    "hours_minutes": ("{hours} h {minutes:02d} min", "{hours} 小时 {minutes:02d} 分"),
    "hours": ("{hours} h", "{hours} 小时"),
    # suspects
    "h_suspects": ("Suspect batches", "可疑批次"),
    "suspects_lead": (
        "Each batch against the other batches of its item, per unit delivered: how many times the rate, with the exact "
        "95 % interval. Bold with a mark: beyond chance after false discovery control.",
        "每个批次与同产品其他批次按交付数量比较：为其多少倍，并给出精确的 95% 区间。加粗并带标记的：经错误发现率控制后仍超出偶然。",
    ),
    "suspects_lead_count": (
        "Batches of an item are compared as if they were equally large, for {why}: read the ratio with that in mind. Bold "
        "with a mark: beyond chance after false discovery control.",
        "{why}，同产品各批次按同样大小比较，阅读倍数时请注意。加粗并带标记的：经错误发现率控制后仍超出偶然。",
    ),
    "suspects_none": ("No batches with at least three complaints and siblings to compare with.", "没有可比较的、至少三件投诉的批次。"),
    "batch": ("batch", "批次"),
    "item": ("item", "产品"),
    "supplier": ("supplier", "供应商"),
    "complaints": ("complaints", "投诉"),
    "ratio": ("times the rate of its siblings", "为同类的倍数"),
    "most_about": ("mostly", "主要问题"),
    "beyond_chance": ("beyond chance", "超出偶然"),
    "h_pairings": ("Items with a typical defect", "产品的典型缺陷"),
    "pairings_lead": (
        "Types of complaint that an item draws more often than the other items do ({method}).",
        "某产品比其他产品更常出现的投诉类型（{method}）。",
    ),
    # customers
    "h_customers": ("Repeat customers", "反复投诉的客户"),
    "customers_lead": (
        "Customers by the most complaints within {days} days.",
        "按 {days} 天内的最多投诉数排列。",
    ),
    "customers_none": ("No customer complained three times within {days} days.", "没有客户在 {days} 天内投诉三次。"),
    "in_days": ("within {days} days", "{days} 天内"),
    "in_all": ("in all", "共"),
    "first_last": ("first and last", "最早与最近"),
    "h_rules": ("What the rules would have done", "规则会做什么"),
    "rule": ("rule", "规则"),
    "action": ("action", "动作"),
    # duplicates
    "h_duplicates": ("Duplicates", "重复投诉"),
    "duplicates": ("Duplicates", "重复投诉"),
    "duplicates_lead": (
        "Groups of complaints that tell the same story, from the text and from customer, item, batch and date. They are "
        "proposals: a person decides.",
        "根据文本以及客户、产品、批次和日期，讲同一件事的投诉组。仅为建议，由人决定。",
    ),
    "duplicates_none": ("No two complaints tell the same story.", "没有两件投诉讲的是同一件事。"),
    "duplicates_off": ("The texts were left unread (--no-text).", "未读取文本（--no-text）。"),
    "score": ("score", "得分"),
    # quality
    "h_quality": ("Data quality", "数据质量"),
    "quality_lead": (
        "{good} rows count, {bad} do not. Numbers of rows are those a spreadsheet shows.",
        "{good} 行有效，{bad} 行无效。行号与电子表格一致。",
    ),
    "rejected": ("Rows that do not count", "无效的行"),
    "odd": ("Odd, but the row counts", "有疑问但仍有效"),
    "fill": ("How well the columns are filled", "各列的填写情况"),
    "column": ("column", "列"),
    "reason": ("reason", "原因"),
    "rows": ("rows", "行数"),
    "example": ("example", "示例"),
    "field": ("field", "字段"),
    "filled": ("filled", "已填"),
    "field_deliveries": ("Deliveries", "交付"),
    "field_-": ("File", "文件"),
    # methods
    "h_methods": ("How this was computed", "计算方法"),
    "methods_text": (
        "Complaints are judged in the order they were received, so nothing here knows the future, except the lists of "
        "suspect batches and of typical defects, which look back over the whole history. Dates without a clock time count "
        "from the start of that day. Units in the field are weighed by the age at which complaints come, learned from the "
        "batches; without batches they count for a year after delivery. Severity comes from the file, else from the text, "
        "and is never less than harm to a person calls for.",
        "投诉按收到的先后评定，因此除可疑批次和典型缺陷两个列表回看全部历史外，结果都不使用后来的信息。没有钟点的日期从当天零点起算。"
        "在用数量按投诉出现时的使用周数加权（由批次学得）；没有批次时按交付后一年计算。严重度取自文件，其次取自文本，且不低于人身伤害所要求的程度。",
    ),
    "policy_used": ("The policy and the columns used are stored in the database.", "所用的策略和列对应保存在数据库中。"),
    # explain
    "explain_facts": ("What was read", "读到的内容"),
    "explain_text": ("What the text says", "文本说明"),
    "explain_risk": ("Risk", "风险"),
    "explain_times": ("Working time", "工作时间"),
    "explain_rate": ("{rate} per 1,000 units in {days} days", "{days} 天内每千件 {rate}"),
    "explain_recent": ("{count} of the same kind in {days} days", "{days} 天内同类 {count} 件"),
    **KEY_WORDS,
}  # fmt: skip


def text(key: str, language: str, otherwise: str | None = None) -> str:
    """The words for `key`; a key without an entry is shown as it is, or as `otherwise`."""
    pair = STRINGS.get(key)
    if pair is None:
        return key if otherwise is None else otherwise
    return pair[language == "zh"]
