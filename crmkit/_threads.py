"""One thread for what scikit-learn computes.

Its helpers wait for work at full speed: of trees on some ten thousand customers they cost four to thirteen times what
one thread takes, and on a busy machine they are slower too. And sums in one thread do not depend on the number of
cores.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Within the block whatever scikit-learn, numpy and scipy compute is computed in one thread.

    >>> with one_thread() as before:
    ...     len(before.get_original_num_threads()) > 0
    True
    """
    import sklearn  # noqa: F401  its libraries have to be there to be told
    from threadpoolctl import threadpool_limits  # comes with it

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits
