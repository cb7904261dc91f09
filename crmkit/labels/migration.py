"""Words of migration over time."""

WORDS: dict[str, tuple[str, str]] = {
    "plot_bands_customers": ("thickness of bands: customers", "带宽：客户数"),
    "plot_bands_value": (
        "thickness of bands: money at either date, in the currency of the data",
        "带宽：两端日期各自的金额（数据的货币单位）",
    ),
}
