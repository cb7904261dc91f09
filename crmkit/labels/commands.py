"""Words of the command line: headings and facts that no table of the library has.

`column_<name>` is the heading of a column of that name where the plain key is the word of something else.
"""

_HEADINGS = {
    "column_at_risk": ("at risk", "观察中的客户数"),
    "column_new": ("new", "新客户"),
    "column_cluster": ("no.", "编号"),
    "column_lost": ("lost", "流失"),
    "column_period": ("period", "期间"),
    "column_rate": ("followed so far", "截至目前的复购率"),
    "column_rate_within": ("within {days} days", "{days} 天内复购率"),
    "column_returned": ("followed by another", "有下一次购买"),
    "column_relative": ("relative", "相对差异"),
}

_COLUMNS = {
    "gap_days": ("days without a purchase", "未购买天数"),
    "waiting": ("purchases seen so long", "已观察这么久的购买"),
    "closed_share": ("of closed gaps (naive)", "仅已结束的间隔（简单算法）"),
    "still_to_come": ("chance of return after that", "此后回购的概率"),
    "interval": ("95 % interval", "95% 区间"),
    "mean_days": ("mean days, up to the longest", "平均天数（截至最长观察）"),
    "until_days": ("longest seen, days", "最长观察（天）"),
    "survival_days": ("days since the first purchase", "首次购买后的天数"),
    "difference_interval": ("95 % interval", "95% 区间"),
    "points": ("difference, points", "差异（百分点）"),
    "rank": ("rank", "名次"),
    "rfm_level": ("score", "得分"),
    "decile": ("tenth of customers, best first", "客户十分位（由好到差）"),
    "step_label": ("step", "步骤"),
    "mean_up_money": ("mean money needed", "平均还需金额"),
    "way_said": ("way", "途径"),
}

# The kinds of ways up; those that ask for no particular spend have words already, `way_order` and so on.
_WAYS = {
    "way_some_money_order": ("one more order of at least a certain amount", "再下一单，金额须达标"),
    "way_some_money_orders": (
        "{orders} more orders of at least a certain amount together",
        "再下 {orders} 单，合计须达标",
    ),
    "way_some_money_days": (
        "{orders} more orders of at least a certain amount together, each on another day",
        "再分 {orders} 天各下一单，合计须达标",
    ),
    "plot_way_orders": ("more than one order", "不止一单"),
    "plot_way_none": ("no way up, or the best segment already", "无路可升，或已是最好的客户群"),
    "plot_by_one_order": ("{n}, {share} by one order", "{n}，{share} 只需一单"),
    "title_upgrade_paths": (
        "{share} of customers are one order away from a better segment",
        "{share} 的客户再下一单即可升入更好的客户群",
    ),
    "way_is_best": ("none: the best segment already", "无：已是最好的客户群"),
    "way_is_none": ("none: no order leads to a better segment", "无：下单也没有更好的客户群可升"),
    "ways_by_orders": ("way up by orders", "可通过下单升级"),
    "ways_by_addition": ("way up by money added to orders placed", "可通过在已有订单上加购升级"),
}

_FACTS = {
    "gap_limit": ("limit", "界限"),
    "gap_limit_said": (
        "{days} days; {share} % of the returns have come by then",
        "{days} 天；{share}% 的回购在此之内发生",
    ),
    "gap_plateau": ("followed at all", "最终比例"),
    "gap_plateau_said": (
        "{share} of purchases are followed by another one, as far as the data see",
        "就数据所见，{share} 的购买会有下一次",
    ),
    "log_rank": ("log-rank test", "对数秩检验"),
    "log_rank_said": (
        "chi-squared {statistic}, {degrees} degrees of freedom, {p}",
        "卡方 {statistic}，自由度 {degrees}，{p}",
    ),
    "mean_p_churn": ("mean probability of churn", "平均流失概率"),
    "watched": ("on the watch-list", "在观察名单上"),
    "lost_customers": ("lost customers", "流失客户数"),
    "worth_contacting": ("worth contacting", "值得联系"),
    "expected_reactivated": ("expected to come back", "预期回流人数"),
    "expected_value": ("value of their return", "预期回流价值"),
    "cost_of_contact": ("cost of contacting them", "联系成本"),
    "contact_from": ("contact from a probability of", "联系门槛（流失概率）"),
    "contact_never": ("never: no contact pays", "无：没有一次联系划算"),
    "profit_of_everybody": ("if everybody were contacted", "若全部联系的预期利润"),
    "profit_of_contact": ("expected profit of a contact", "每次联系的预期利润"),
    "profit_of_contact_said": (
        "p x {save_rate} x {value} - {cost}, where p is the probability of churn",
        "p × {save_rate} × {value} - {cost}，p 为流失概率",
    ),
    "profit_with_incentive_said": (
        "p x {save_rate} x ({value} - {incentive}) - (1 - p) x {incentive} - {cost}, "
        "where p is the probability of churn",
        "p × {save_rate} ×（{value} - {incentive}）-（1 - p）× {incentive} - {cost}，p 为流失概率",
    ),
    "report_written": ("report, to open in a browser", "报告（用浏览器打开）"),
    "own_file_next": (
        "Your own file next: crmkit report sales.csv --customer COLUMN --date COLUMN --amount COLUMN",
        "接下来用您自己的文件：crmkit report 销售.csv --customer 列名 --date 列名 --amount 列名 --language zh",
    ),
    "standard_input": ("standard input", "标准输入"),
    "took_seconds": ("done in {seconds} s", "用时 {seconds} 秒"),
    "made_by": ("made by", "由此得出"),
    "cli_error": ("error: {message}", "错误：{message}"),
    "cli_stdout_closed": (
        "standard output is closed; send it to a file or to /dev/null",
        "标准输出已关闭；请把它导向文件或 /dev/null",
    ),
    "cli_note": ("note: {message}", "提示：{message}"),
    "cli_see_help": ("See: {command} --help", "请看：{command} --help"),
    "cli_no_typer": (
        'error: the command line needs the package typer. Run: pip install "crmkit[cli]"',
        '错误：命令行需要 typer 包。请运行：pip install "crmkit[cli]"',
    ),
    "flag_true": ("yes", "是"),
    "flag_false": ("no", "否"),
}

WORDS: dict[str, tuple[str, str]] = {**_HEADINGS, **_COLUMNS, **_WAYS, **_FACTS}
