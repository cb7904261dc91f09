"""Sentences of errors about the report."""

from __future__ import annotations

WORDS = {
    "reporting_needs_jinja": (
        'the page needs the package jinja2, which is not installed. Install it with: pip install "crmkit[report]"',
        '生成网页需要 jinja2，但它没有安装。请运行：pip install "crmkit[report]"',
    ),
    "reporting_ending": (
        "a path that ends in one of {known}, such as {example!r}, or format= beside it",
        "以 {known} 之一结尾的路径，例如 {example!r}，或另给 format=",
    ),
    "reporting_sections": (
        "a list of sections, such as {example}",
        "章节列表，例如 {example}",
    ),
    "reporting_ids_or_least": (
        "0 where ids=True: a page that names customers withholds nothing",
        "ids=True 时应为 0：列出客户编号的页面不隐藏任何数字",
    ),
    "reporting_compare": (
        "an earlier date, a pair of dates, Transactions, or a mapping of one name to Transactions, such as {example!r}",
        "更早的日期、一对日期、Transactions，或一个名称到 Transactions 的映射，例如 {example!r}",
    ),
    "reporting_compare_later": (
        "a day before {as_of}, on which the past ends, such as {example!r}",
        "早于截止日期 {as_of} 的一天，例如 {example!r}",
    ),
}
