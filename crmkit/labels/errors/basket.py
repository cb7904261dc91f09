"""Words of errors about baskets."""

WORDS = {
    "basket_end": (
        'end="{end}" lies before start="{start}". Swap them, or give a later end.',
        'end="{end}" 早于 start="{start}"。请交换两者，或给出更晚的 end。',
    ),
    "basket_no_role": (
        "the transactions have no column of items with the role {role!r}. "
        'Name it, such as crmkit.Transactions(frame, {role}="StockCode").',
        '交易数据里没有角色为 {role!r} 的商品列。请指明列名，例如 crmkit.Transactions(frame, {role}="StockCode")。',
    ),
    "basket_no_items": (
        "no purchase has an item: the column is empty. Name the column that says what was bought.",
        "没有一笔购买写明商品：这一列是空的。请指明写有商品的列。",
    ),
    "basket_margin_given": (
        'a mapping of items to margins, or "cost"',
        '商品到毛利的映射，也不是 "cost"',
    ),
    "basket_no_cost": (
        'the transactions have no cost, from which margin="cost" would be taken. Name the column, such as '
        'crmkit.Transactions(frame, cost="cost"), or give margin={{"tea": 2.5}}.',
        '交易数据没有成本列，无法使用 margin="cost"。请指明列名，例如 crmkit.Transactions(frame, cost="cost")，'
        '或直接给出 margin={{"tea": 2.5}}。',
    ),
    "basket_support": (
        "a number of baskets (1 or more) or a share of them (below 1)",
        "订单数（至少 1）或占全部订单的比例（小于 1）",
    ),
}
