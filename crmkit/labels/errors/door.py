"""Words for the door: columns and their roles, dates, money, currencies, filters."""

from __future__ import annotations

_ROLES = {
    "absent_columns": (
        "no column {absent}; the table has {columns}.\n{advice}",
        "没有列 {absent}；表中有 {columns}。\n{advice}",
    ),
    "path_is_table": (
        "{argument}= is the path of a file, and this is a table already. Give crmkit.Transactions(frame, ...).",
        "{argument}= 是文件路径，而这里给出的已经是一张表。请使用 crmkit.Transactions(frame, ...)。",
    ),
    "absent_call": ("Name the columns: {call}.", "请指明各列：{call}。"),
    "next_call": ("Say {call}.", "请使用 {call}。"),
    "next_steps": ("{first}\n{advice}", "{first}\n{advice}"),
    "next_steps_join": (
        "these are tables of {title} that belong together.\n{advice}",
        "这些是 {title} 中相互关联的表。\n{advice}",
    ),
    "absent_filter": (
        "Some rows have a status that may not count. To use the others only, add {where}.",
        "有些记录的状态可能不应计入。若只使用其余记录，请加上 {where}。",
    ),
    "absent_export": (
        "These are the columns of an export of {title}. Say {profile}, which stands for {call}.",
        "这些是 {title} 导出表的列。请使用 {profile}，它等同于 {call}。",
    ),
    "profile_columns": (
        "{name_given} is for exports of {title}, which have {needs}; the table has {columns}.",
        "{name_given} 用于 {title} 导出表，其列有 {needs}；而表中有 {columns}。",
    ),
    "durations": (
        "no column {absent}; the table has {columns}.\nIt says how long each customer stayed and not when they bought. "
        "Use: {advice}",
        "没有列 {absent}；表中有 {columns}。\n它记录的是每位客户的存续时间，而不是购买日期。请使用：{advice}",
    ),
    "price_needed": (
        'quantity= and discount= make an amount with price=. Name its column, such as price="UnitPrice".',
        'quantity= 与 discount= 需和 price= 一起构成金额。请指明单价列，例如 price="UnitPrice"。',
    ),
    "quantity_needed": (
        'price= is the price of one piece. Name the number of pieces, such as quantity="Quantity", '
        "or name the column of money as amount=.",
        'price= 是单价。请指明数量列，例如 quantity="Quantity"；若该列本身就是金额，请用 amount=。',
    ),
    "amount_and_price": (
        "{name_given} and price= both make the amount. Leave one of them out.",
        "{name_given} 与 price= 都用来构成金额，请只保留其一。",
    ),
    "no_money": (
        "column {column!r} does not hold money but {kind}: {values}. Name a numeric column, or amount=None for events "
        "without money.",
        "列 {column!r} 不是金额，而是 {kind}：{values}。请指明数值列；没有金额的事件请用 amount=None。",
    ),
    "nothing_left": (
        "no purchase is left of {n} rows (past ends {as_of}): {reasons}. Check the columns: {roles} "
        "(purchases are positive).",
        "{n} 条记录（截止 {as_of}）中没有剩下任何购买：{reasons}。请检查各列：{roles}（购买金额为正）。",
    ),
    "until_later": (
        "until({given}) is after {as_of}, where this past ends. Build the transactions with as_of={given} instead.",
        "until({given}) 晚于 {as_of}，即这段历史的截止日期。请改用 as_of={given} 重新建立交易数据。",
    ),
    "text_elsewhere": (
        "column {column!r} holds text. Cast it to a date or a number in your own engine first.",
        "列 {column!r} 是文本。请先在您自己的引擎中把它转换为日期或数值。",
    ),
}

_DATES = {
    "zoned_stamps": (
        "column {column!r} has time stamps with a time zone ({zone}). Say whose days count, such as "
        'timezone="Europe/Berlin" or timezone="Asia/Shanghai".',
        '列 {column!r} 的时间带有时区（{zone}）。请说明以哪里的日期为准，例如 timezone="Asia/Shanghai" 或 '
        'timezone="Europe/Berlin"。',
    ),
    "zoned_text": (
        "column {column!r} has time stamps with a zone: {values}. Say whose days count, such as "
        'timezone="Europe/Berlin" or timezone="Asia/Shanghai"; timezone="as_written" takes the days that stand there.',
        '列 {column!r} 的时间带有时区：{values}。请说明以哪里的日期为准，例如 timezone="Asia/Shanghai" 或 '
        'timezone="Europe/Berlin"；timezone="as_written" 表示按文本所写的日期。',
    ),
    "timezone": (
        '{name_given} is not known. Give a name such as {name_example} or "UTC".',
        '{name_given} 不是已知的时区。请给出名称，例如 {name_example} 或 "UTC"。',
    ),
    "date_format": (
        'a format with year, month and day, or "excel", "epoch" or "epoch_ms"',
        '包含年、月、日的格式，或 "excel"、"epoch"、"epoch_ms"',
    ),
    "hour": ("an hour from 0 to 23", "0 到 23 之间的整点"),
    "no_dates": (
        "column {column!r} does not hold dates but {kind}: {values}. Say a column of dates, such as date=...",
        "列 {column!r} 不是日期，而是 {kind}：{values}。请指明日期列，例如 date=...",
    ),
    "date_numbers": (
        "column {column!r} does not hold dates but {kind}: {values}. Say {formats}.",
        "列 {column!r} 不是日期，而是 {kind}：{values}。请使用 {formats}。",
    ),
    "days_before": (
        "column {column!r} is before {first} in {n} rows: {values}. Set them to missing, and the ledger will count "
        "those rows as left out.",
        "列 {column!r} 有 {n} 个值早于 {first}：{values}。请把它们设为缺失，对账表会把这些记录计为排除。",
    ),
    "dates_unread": (
        "column {column!r} has {n} dates that are not like {given}: {values}. No one format reads all of them: "
        'say how to read them, such as date_format="%d/%m/%Y", or unify them first.',
        "列 {column!r} 有 {n} 个日期不符合 {given}：{values}。没有一种格式能读出全部日期：请说明格式，例如 "
        'date_format="%d/%m/%Y"，或先统一写法。',
    ),
    "dates_one_format": (
        "column {column!r} has {n} dates that are not like {given}: {values}. Say {formats}, which reads all of them.",
        "列 {column!r} 有 {n} 个日期不符合 {given}：{values}。请使用 {formats}，它能读出全部日期。",
    ),
    "dates_formats": (
        "column {column!r} has {n} dates that are not like {given}: {values}. Say which is meant, {formats}; "
        "each reads all of them.",
        "列 {column!r} 有 {n} 个日期不符合 {given}：{values}。请说明是哪一种：{formats}；每种都能读出全部日期。",
    ),
    "no_date_at_all": (
        "column {column!r} has no date in any of {n} rows. Name the column that has, such as date='InvoiceDate'.",
        "列 {column!r} 的 {n} 条记录中没有任何日期。请指明日期列，例如 date='InvoiceDate'。",
    ),
    "future_dates": (
        'column {column!r} has dates in the future: {values}. Say where the past ends, such as as_of="{today}"; '
        "later rows are left out and the ledger counts them.",
        '列 {column!r} 有未来的日期：{values}。请说明截止日期，例如 as_of="{today}"；之后的记录会被排除并计入对账表。',
    ),
}

_MONEY = {
    "money_text": (
        "column {column!r} holds money as text: {values}. Say how to read it: {how}.",
        "列 {column!r} 的金额是文本：{values}。请说明如何读取：{how}。",
    ),
    "money_unread": (
        "column {column!r} has {n} values that are no money by any decimal mark: {values}. Correct them, or set them "
        "to missing, and the ledger will count those rows as left out.",
        "列 {column!r} 有 {n} 个值按任何小数点写法都不是金额：{values}。请更正，或设为缺失，"
        "对账表会把这些记录计为排除。",
    ),
    "money_letters": (
        "column {column!r} has {n} values with a letter that some read as a thousand and others as a million or more: "
        "{values}. Write them out, such as 1500000; K, 千, 万 and 亿 are read.",
        "列 {column!r} 有 {n} 个值带有含义不一的字母（有人当作千，有人当作百万或更多）：{values}。"
        "请写出完整数字，例如 1500000；K、千、万、亿可以读出。",
    ),
    "money_thousandths": (
        "column {column!r} has {n} values with a currency and three digits behind decimal={decimal!r}, which may be "
        "thousands: {values}. If they are, say {how}; if not, take the currency off.",
        "列 {column!r} 有 {n} 个值带货币符号，且 decimal={decimal!r} 之后有三位数字，可能是千位分隔：{values}。"
        "若是千位，请用 {how}；若不是，请去掉货币符号。",
    ),
    "money_other_mark": (
        "column {column!r} has {n} values that are no money with decimal={decimal!r}: {values}. Say {how}, which reads "
        "all of them.",
        "列 {column!r} 有 {n} 个值按 decimal={decimal!r} 不是金额：{values}。请使用 {how}，它能读出全部金额。",
    ),
    "infinite_money": (
        "column {column!r} is infinite in {n} rows: {values}. Set them to missing, and the ledger will count those "
        "rows as left out.",
        "列 {column!r} 有 {n} 个无穷大的值：{values}。请把它们设为缺失，对账表会把这些记录计为排除。",
    ),
    "huge_money": (
        "column {column!r} has {n} values too large to be counted exactly: {values}. Correct them, or give all amounts "
        "in thousands.",
        "列 {column!r} 有 {n} 个值过大，无法精确计数：{values}。请更正，或把所有金额以千为单位给出。",
    ),
    "beyond_counting": (
        "amounts add up to {total}, more than can be counted exactly; the largest is {largest}. Correct it, or give "
        "all amounts in thousands.",
        "金额合计 {total}，超出可精确计数的范围；最大的一笔是 {largest}。请更正，或把所有金额以千为单位给出。",
    ),
    "beyond_counting_digits": (
        "amounts have decimals beyond cents and add up to {total}, more than can be counted so finely; the largest is "
        "{largest}. Round them first, such as round(amount, 2) in query= or in your table.",
        "金额带有分以下的小数，合计 {total}，超出如此精细时可计数的范围；最大的一笔是 {largest}。"
        "请先取整，例如在 query= 或您的表中用 round(amount, 2)。",
    ),
    "discount_share": (
        "column {column!r} is to be a share from 0 to 1, and {n} rows have another discount; their amounts would be "
        "{values}. A discount in money is left out by without={column!r}.",
        "列 {column!r} 应为 0 到 1 之间的折扣率，但有 {n} 条记录不是；它们的金额会是 {values}。"
        "以金额表示的折扣请用 without={column!r} 扣除。",
    ),
    "mixed_currencies": (
        "column {column!r} mixes currencies: {values}. Say what each is worth, such as currency={column!r}, "
        'rates={{"USD": 1, "EUR": 1.08}}, or keep one, such as where="{column} = \'USD\'".',
        "列 {column!r} 混有多种货币：{values}。请给出汇率，例如 currency={column!r}, "
        'rates={{"USD": 1, "EUR": 1.08}}；或只保留一种，例如 where="{column} = \'USD\'"。',
    ),
    "mixed_signs": (
        "column {column!r} mixes currencies: {values}. Keep one, such as where=\"{column} LIKE '%{first}%'\", or put their "
        'codes in a column of their own: currency=..., rates={{"USD": 1, "EUR": 1.08}}.',
        "列 {column!r} 混有多种货币：{values}。请只保留一种，例如 where=\"{column} LIKE '%{first}%'\"；"
        '或另设一列货币代码：currency=..., rates={{"USD": 1, "EUR": 1.08}}。',
    ),
    "rates": (
        "{name_given} does not say what one unit of each currency is worth. Give numbers above 0, such as "
        "{name_example}.",
        "{name_given} 没有说明每种货币一单位的价值。请给出大于 0 的数，例如 {name_example}。",
    ),
    "no_rate": (
        "column {column!r} has currencies that rates= does not name: {values}. Say what they are worth, or leave them "
        "out by where=.",
        "列 {column!r} 有 rates= 未给出的货币：{values}。请给出其汇率，或用 where= 排除。",
    ),
}

_FILTER = {
    "where_text": (
        "{name_given} is no row filter. Give a boolean SQL expression, such as {name_example}.",
        "{name_given} 不是行筛选条件。请给出 SQL 布尔表达式，例如 {name_example}。",
    ),
    "where_place": (
        "{name_given} cannot be read at {place}. It is one boolean SQL expression over the table's columns: "
        "comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, + - * /, {functions}; text in single quotes, odd names "
        "in double quotes.",
        "{name_given} 在 {place} 处无法识别。它应是针对表中各列的一个 SQL 布尔表达式：比较、AND、OR、NOT、IN、BETWEEN、"
        "LIKE、IS NULL、+ - * /、{functions}；文本用单引号，特殊列名用双引号。",
    ),
    "where_column": (
        "where={where!r} names {column!r}; the table has {columns}.",
        "where={where!r} 用到了列 {column!r}；表中有 {columns}。",
    ),
    "where_boolean": (
        "{name_given} is neither true nor false for a row. Compare, such as {name_example}.",
        "{name_given} 对一条记录来说没有真假。请写成比较，例如 {name_example}。",
    ),
    "where_kinds": (
        "{name_given} compares {left} with {right}. Write text in single quotes and numbers without.",
        "{name_given} 把 {left} 与 {right} 作比较。文本请用单引号，数字不用引号。",
    ),
}

_PERSONS = {
    "same_columns": (
        "same= has the columns {columns}. Give two: an id, and the id that its rows count for.",
        "same= 的列是 {columns}。请给出两列：编号，以及其记录应归入的编号。",
    ),
    "same_missing": (
        "same= has missing ids. Drop those rows, for they join nobody.",
        "same= 中有缺失的编号。请删去这些行，它们不对应任何人。",
    ),
    "same_twice": (
        "same= gives {values} to more than one person. Keep one row for each id.",
        "same= 把 {values} 归给了不止一个人。每个编号请只保留一行。",
    ),
    "same_circle": (
        "same= goes round in a circle: {values}. One of them must be the person's own id.",
        "same= 形成了循环：{values}。其中须有一个是本人的编号。",
    ),
    "same_ids": (
        "same= must have ids like those of the data, which are {ids}.",
        "same= 的编号须与数据中的编号同类，即 {ids}。",
    ),
}

WORDS = {**_ROLES, **_DATES, **_MONEY, **_FILTER, **_PERSONS}
