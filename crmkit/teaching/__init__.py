"""For teachers: workbooks with live formulas, quizzes with worked solutions, and the index of concepts."""

from __future__ import annotations

from crmkit.teaching._sheets import Sheet, Workbook
from crmkit.teaching.quizzes import QUESTIONS, Question, Quiz, quiz
from crmkit.teaching.workbooks import TOPICS, workbook

__all__ = ["QUESTIONS", "TOPICS", "Question", "Quiz", "Sheet", "Workbook", "quiz", "workbook"]
