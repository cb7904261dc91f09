"""Churn model: who will not buy again in time, how sure that is, why, and whom it pays to contact.

`ChurnModel` learns from past days what the days after them brought, is judged on time that it has not seen, and is
compared with the lifetime model and with sorting by recency: the better one is recommended, whichever it is.
`outreach.campaign` turns probabilities into a list to contact. Needs scikit-learn (extra `learn`).

Sources: Neslin and others (2006), Journal of Marketing Research 43(2), 204-211; Friedman (2001), Annals of Statistics
29, 1189-1232; Platt (1999), Advances in Large Margin Classifiers, 61-74.
"""

from __future__ import annotations

from crmkit.churn.model import ChurnModel, Validation

__all__ = ["ChurnModel", "Validation"]
