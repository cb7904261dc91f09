"""Words around tables and models that are printed for reading."""

from __future__ import annotations

WORDS = {
    "rows_left_out": ("... {rows} more rows, {all} in all", "……另有 {rows} 行，共 {all} 行"),
    "what_it_means": ("What it means", "指标含义"),
    "transactions_used": (
        "{used} of {rows} rows used, past ends {as_of}",
        "共 {rows} 条记录，实际使用 {used} 条，数据截至 {as_of}",
    ),
    "ledger": ("From what came in to what is used", "从输入到实际使用"),
    "notes_inside": ("Worth knowing inside what is used", "实际使用的数据中值得注意之处"),
    "model_not_fitted": ("not fitted yet", "尚未拟合"),
    "model_given": ("given parameters, not fitted", "参数为给定值，未经拟合"),
    "model_fitted": (
        "{customers} customers, log-likelihood {log_likelihood}",
        "{customers} 位客户，对数似然 {log_likelihood}",
    ),
    "diagnosis": ("Diagnosis", "诊断"),
    "settings": ("settings", "设置"),
    "learned": ("learned", "学到的属性"),
    # columns that bound another one or are a mean of it
    "column_of_low": ("{what}, low", "{what}下限"),
    "column_of_high": ("{what}, high", "{what}上限"),
    "column_of_mean": ("mean of {what}", "{what}均值"),
    "column_of_median": ("median of {what}", "{what}中位数"),
    "column_of_relative": ("{what} against all", "{what}与全体之差"),
}
