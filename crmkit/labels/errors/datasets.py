"""Sentences of errors about datasets."""

from __future__ import annotations

WORDS = {
    "datasets_package_lifetimes_installed_but": (
        "The package 'lifetimes' is installed, but without its file datasets/{name}. Install it again with: pip install --force-reinstall \"lifetimes>=0.11.3\"",
        "已安装 'lifetimes' 包，但缺少文件 datasets/{name}。请重新安装：pip install --force-reinstall \"lifetimes>=0.11.3\"",
    ),
    "datasets_cdnow_data_come_package": (
        "The CDNOW data ({name}) come with the package 'lifetimes', which is not installed. Install it with: pip install \"crmkit[lifetimes]\"",
        "CDNOW 数据（{name}）随 'lifetimes' 包提供，但它没有安装。请运行：pip install \"crmkit[lifetimes]\"",
    ),
    "datasets_cannot_read_cdnow_file": (
        '{path} cannot be read as the CDNOW file: {problem}. Install it again with: pip install --force-reinstall "lifetimes>=0.11.3"',
        '无法把 {path} 当作 CDNOW 文件读取：{problem}。请重新安装：pip install --force-reinstall "lifetimes>=0.11.3"',
    ),
    "datasets_end_lies_before_start": (
        'end="{end}" lies before start="{start}". Swap them, or give a later end.',
        'end="{end}" 早于 start="{start}"。请对调两者，或给更晚的 end。',
    ),
    "datasets_story_make_transactions_knows": (
        'no such story: {unknown}. make_transactions knows {join}; give some of them, such as stories=["season", "refunds"].',
        '没有这样的故事：{unknown}。make_transactions 知道 {join}；请从中选择，例如 stories=["season", "refunds"]。',
    ),
}
