"""Words of errors of the customer-base audit."""

WORDS = {
    "lens_too_short": (
        "the data cover {first} to {as_of}, which holds no two complete periods to compare. "
        'Pass more of the past, or shorter periods, such as period="month".',
        '数据从 {first} 到 {as_of}，不足两个完整期间，无法比较。请提供更长的历史，或改用更短的期间，例如 period="month"。',
    ),
    "lens_no_cohort": (
        "no customer's first purchase was in {cohort!r}. There are the cohorts {cohorts}.",
        "没有客户在 {cohort!r} 首次购买。现有的同期群：{cohorts}。",
    ),
}
