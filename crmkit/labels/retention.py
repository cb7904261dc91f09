"""Words of definition cards, rates and movements."""

WORDS: dict[str, tuple[str, str]] = {
    "measure": ("measure", "指标"),
    "numerator": ("numerator", "分子"),
    "denominator": ("denominator", "分母"),
    "window": ("window", "时间窗口"),
    "exclusions": ("left out", "不计入"),
    "formula": ("formula", "公式"),
    "day": ("day", "日"),
    "week": ("week", "周"),
    "month": ("month", "月"),
    "quarter": ("quarter", "季度"),
    "year": ("year", "年"),
}
