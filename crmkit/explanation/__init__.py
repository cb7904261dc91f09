"""How one customer's numbers came about, and what would change them.

`explain` tells for one customer the measures, the cuts around them, the rule that fired, the cheapest ways to a better
segment and the day of the next drop; `upgrade_paths` lists the cheapest way for all customers at once. These are
counterfactuals: apply one to the data, score with the same cuts, and the customer is in the segment that was named.
The cuts are held fixed, and a purchase is judged on its own day, when recency is 0.

Source: Wachter, Mittelstadt & Russell (2018), Counterfactual explanations without opening the black box, Harvard
Journal of Law & Technology 31(2), for the idea; scores being steps, the least change is found exactly.
"""

from __future__ import annotations

from crmkit.explanation._told import Explanation, Measure, UpgradePath
from crmkit.explanation.explaining import explain
from crmkit.explanation.paths import upgrade_paths

__all__ = ["Explanation", "Measure", "UpgradePath", "explain", "upgrade_paths"]
