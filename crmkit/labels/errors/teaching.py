"""Words of errors of the workbooks and quizzes."""

WORDS = {
    "teaching_too_many": (
        "{rows:,} rows are too many for a spreadsheet that counts each against each; at most {most:,}. "
        "Pass fewer customers, such as table.head({most}).",
        "{rows:,} 行太多，电子表格逐行比较最多 {most:,} 行。请减少客户，例如 table.head({most})。",
    ),
    "teaching_too_little": (
        "there is no complete period with customers at its start. Pass at least two complete months.",
        "没有期初有客户的完整期间。请提供至少两个完整月份的数据。",
    ),
    "teaching_slow_series": (
        "a forecast of {weeks} weeks needs too many terms for customers this new. Leave out those of the last weeks.",
        "客户太新，{weeks} 周的预测需要过多的级数项。请去掉最近几周才来的客户。",
    ),
}
