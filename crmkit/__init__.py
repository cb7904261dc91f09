"""crmkit: customer analytics on transaction tables - right, fast, on any engine, explained.

```python
import crmkit as crm

tx = crm.read("sales.csv", customer="id", date="day", amount="value")
tx.ledger                                  # from what came in to what is used
customers = crm.summarize(tx)              # one row per customer
crm.rfm.segment(crm.rfm.score(customers))  # scores and segments
```

Families of methods are modules: `rfm`, `pyramid`, `segment`, `lifecycle`, `retention`, `survival`, `churn`, `outreach`,
`clv`, `growth`, `downgrades`, `explanation`, `validation`, `datasets`, `plotting` and others. They are loaded when
first used, so that `import crmkit` is quick.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from crmkit import _face
from crmkit._periods import Calendar
from crmkit._version import __version__ as __version__
from crmkit.customers import summarize
from crmkit.labels import set_language
from crmkit.transactions import Transactions, read

if TYPE_CHECKING:
    from crmkit import (
        basket,
        churn,
        clv,
        customers,
        datasets,
        definitions,
        downgrades,
        equity,
        errors,
        explanation,
        growth,
        interpurchase,
        labels,
        lenses,
        lifecycle,
        loyalty,
        outreach,
        plotting,
        privacy,
        pyramid,
        reporting,
        retention,
        rfm,
        scoring,
        segment,
        sql,
        state,
        survival,
        teaching,
        transactions,
        validation,
        wallet,
    )
    from crmkit.explanation import explain
    from crmkit.lenses import customer_base_audit
    from crmkit.reporting import report
    from crmkit.scoring import score_customers
    from crmkit.sql import to_sql
    from crmkit.state import State
    from crmkit.validation import backtest
    from crmkit.validation.reruns import sensitivity


__all__ = [
    "Calendar",
    "State",
    "Transactions",
    "backtest",
    "basket",
    "churn",
    "clv",
    "customer_base_audit",
    "customers",
    "datasets",
    "definitions",
    "downgrades",
    "equity",
    "errors",
    "explain",
    "explanation",
    "growth",
    "interpurchase",
    "labels",
    "lenses",
    "lifecycle",
    "loyalty",
    "outreach",
    "plotting",
    "privacy",
    "pyramid",
    "read",
    "report",
    "reporting",
    "retention",
    "rfm",
    "score_customers",
    "scoring",
    "segment",
    "sensitivity",
    "set_language",
    "sql",
    "state",
    "summarize",
    "survival",
    "teaching",
    "to_sql",
    "transactions",
    "validation",
    "wallet",
]

# Not `cli`, which is for the terminal and needs typer, nor `models`, whose door is `clv`, nor `schemes`, whose doors
# are `rfm`, `pyramid` and `segment`.
_MODULES = (
    "basket",
    "churn",
    "clv",
    "customers",
    "datasets",
    "definitions",
    "downgrades",
    "equity",
    "errors",
    "explanation",
    "growth",
    "interpurchase",
    "labels",
    "lenses",
    "lifecycle",
    "loyalty",
    "outreach",
    "plotting",
    "privacy",
    "pyramid",
    "reporting",
    "retention",
    "rfm",
    "scoring",
    "segment",
    "sql",
    "state",
    "survival",
    "teaching",
    "transactions",
    "validation",
    "wallet",
)
_FUNCTIONS = {
    "State": "state",
    "sensitivity": "validation",
    "backtest": "validation",
    "customer_base_audit": "lenses",
    "explain": "explanation",
    "report": "reporting",
    "score_customers": "scoring",
    "to_sql": "sql",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"crmkit.{name}")
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(f"crmkit.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module 'crmkit' has no attribute {name!r}")


_face.put_on(sys.modules[__name__])
