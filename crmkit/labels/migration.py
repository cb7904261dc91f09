"""Words of migration over time."""

WORDS: dict[str, tuple[str, str]] = {
    "plot_bands_customers": ("thickness of bands: customers", "带宽：客户数"),
    "plot_bands_value": (
        "thickness of bands: money at either date",
        "带宽：两端日期各自的金额",
    ),
    # columns of its tables
    "column_from_date": ("from", "起始日"),
    "column_to_date": ("to", "截止日"),
}
