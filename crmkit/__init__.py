"""crmkit: customer analytics on transaction tables - right, fast, on any engine, explained.

```python
import crmkit as crm

tx = crm.read("sales.csv", customer="id", date="day", amount="value")
tx.ledger                                  # from what came in to what is used
customers = crm.summarize(tx)              # one row per customer
crm.rfm.segment(crm.rfm.score(customers))  # scores and segments
```

Families of methods are modules: `rfm`, `pyramid`, `segment`, `lifecycle`, `retention`, `churn`, `clv`, `ageing`,
`explanation`, `trials`, `datasets`, `plotting` and others. They are loaded when first used, so that `import crmkit` is
quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from crmkit.customers import summarize
from crmkit.labels import set_language
from crmkit.transactions import Transactions, read

if TYPE_CHECKING:
    from crmkit import (
        ageing,
        cards,
        churn,
        clv,
        customers,
        datasets,
        errors,
        explanation,
        labels,
        lifecycle,
        plotting,
        pyramid,
        retention,
        rfm,
        rhythm,
        scoring,
        segment,
        transactions,
        trials,
        wallet,
    )
    from crmkit.explanation import explain
    from crmkit.scoring import score_customers
    from crmkit.trials import audit, backtest

__version__ = "0.1.0"

__all__ = [
    "Transactions",
    "ageing",
    "audit",
    "backtest",
    "cards",
    "churn",
    "clv",
    "customers",
    "datasets",
    "errors",
    "explain",
    "explanation",
    "labels",
    "lifecycle",
    "plotting",
    "pyramid",
    "read",
    "retention",
    "rfm",
    "rhythm",
    "score_customers",
    "scoring",
    "segment",
    "set_language",
    "summarize",
    "transactions",
    "trials",
    "wallet",
]

# Not `cli`, which is for the terminal and needs typer, nor `groups` and `models`, whose doors are `segment` and `clv`.
_MODULES = (
    "ageing", "cards", "churn", "clv", "customers", "datasets", "errors", "explanation", "labels", "lifecycle",
    "plotting", "pyramid", "retention", "rfm", "rhythm", "scoring", "segment", "transactions", "trials", "wallet",
)  # fmt: skip
_FUNCTIONS = {"audit": "trials", "backtest": "trials", "explain": "explanation", "score_customers": "scoring"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"crmkit.{name}")
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(f"crmkit.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module 'crmkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
