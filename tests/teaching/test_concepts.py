"""The index of concepts: every line leads to a function, a lesson, a workbook and a picture that exist."""

import functools
import re
from pathlib import Path

import pytest

import crmkit as crm
from crmkit import plotting, teaching

ROOT = Path(__file__).parents[2]

# The concepts that the course names, section by section.
TERMS = [
    "交易记录", "客户汇总", "客户状态", "新客户", "老客户", "沉睡客户", "回流客户", "最近一次消费",
    "消费频率", "消费金额", "打分", "八类客户", "最有价值的客户", "即将流失的客户", "盈亏平衡响应率",
    "盈亏平衡指数", "客户迁移", "客户金字塔", "关键客户", "铂金", "A/B/C", "二八法则", "洛伦兹曲线",
    "基尼系数", "大客户预警", "客户价值细分矩阵", "当前价值", "增值潜力", "客户增长矩阵", "聚类",
    "客户保持率", "客户流失率", "GRR", "NRR", "流失的判定", "同期群", "复购率", "回购率", "续约率",
    "生存曲线", "平均寿命", "流失预警", "客户挽回", "客户终身价值", "历史价值", "平均公式",
    "恒定保持率", "现金流", "弹性", "获客成本上限", "CLV/CAC", "回收期", "BG/NBD", "仍为客户的概率",
    "客户资产", "品牌转换矩阵", "长期份额", "价值资产", "品牌资产", "关系资产", "改进的回报",
    "客户群审计", "重购深度", "考察期", "形成期", "稳定期", "退化期", "四种模式", "满意度", "CSAT",
    "净推荐值", "满意驱动因素", "回头率", "投诉率", "推荐率", "指名度", "美誉度", "购买额", "敏感度",
    "忠诚矩阵", "潜在忠诚", "伪忠诚", "惰性忠诚", "势利忠诚", "垄断忠诚", "信赖忠诚", "客户份额",
    "钱包分配法则", "客户让渡价值", "支持度", "置信度", "提升度", "确信度", "关联规则", "下一次购买",
    "购买序列", "推荐商品", "交叉销售率",
]  # fmt: skip


def lines(language):
    page = (ROOT / "docs" / f"concepts.{language}.md").read_text(encoding="utf-8")
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("| ") and "`" in line]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_leads_to_what_exists(language):
    found = lines(language)
    assert len(found) > 80
    for row in found:
        assert len(row) == 7, row
        assert all(row), row
        function, lesson, workbook, picture = (cell.strip("`") for cell in row[3:])
        assert callable(functools.reduce(getattr, function.split("."), crm)), function
        assert (ROOT / "notebooks" / f"{lesson}.ipynb").is_file(), lesson
        assert lesson.endswith(language)
        assert workbook in teaching.TOPICS, workbook
        assert callable(getattr(plotting, picture)), picture


def test_both_pages_have_the_same_lines():
    english, chinese = lines("en"), lines("zh")
    assert [[*row[:2], row[3], row[4][:-3], *row[5:]] for row in english] == [
        [*row[:2], row[3], row[4][:-3], *row[5:]] for row in chinese
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_concept_of_the_course_has_its_line(language):
    named = " ".join(row[0] for row in lines(language))
    assert [term for term in TERMS if term not in named] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_lesson_shows_the_functions_that_lead_to_it(language):
    for row in lines(language):
        lesson = (ROOT / "notebooks" / f"{row[4].strip('`')}.ipynb").read_text(encoding="utf-8")
        assert row[3].strip("`").split(".")[-1] in lesson, row
