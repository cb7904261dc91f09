"""For teachers: workbooks with live formulas, quizzes with worked solutions, and the index of concepts."""

from __future__ import annotations

from crmkit.teaching._sheets import Sheet, Workbook
from crmkit.teaching.workbooks import TOPICS, workbook

__all__ = ["TOPICS", "Sheet", "Workbook", "workbook"]
