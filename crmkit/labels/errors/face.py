"""Words for calls that do not fit: unknown names, wrong keywords, and what an inner library refuses."""

from __future__ import annotations

WORDS = {
    "unknown_keyword": (
        "{function}() has no argument {keyword}=. {meant}It takes {known}.",
        "{function}() 没有参数 {keyword}=。{meant}它的参数有：{known}。",
    ),
    "meant_keyword": ("Did you mean {near}? ", "您指的是 {near} 吗？"),
    "unknown_option": (
        "{function}() draws with {keyword}= nowhere. {instead}",
        "{function}() 的图不使用 {keyword}=。{instead}",
    ),
    "option_of_artist": (
        "What it does not know itself goes to matplotlib's {artist}, which does not take it. Change the axes that it "
        "returns.",
        "它不认识的参数交给 matplotlib 的 {artist}，而后者不接受此参数。请修改它返回的坐标轴。",
    ),
    "option_figsize": (
        "Make the axes first: ax = plt.subplots(figsize=(8, 4))[1], and give ax=ax.",
        "请先建立坐标轴：ax = plt.subplots(figsize=(8, 4))[1]，再给出 ax=ax。",
    ),
    "option_kind": (
        "What is drawn decides how; crmkit.plotting has the other pictures.",
        "画什么决定了怎么画；其他图见 crmkit.plotting。",
    ),
    "option_title": (
        "Set it on the axes that it returns: ax = ...; ax.set(title=..., xlabel=...).",
        "请在它返回的坐标轴上设置：ax = ...; ax.set(title=..., xlabel=...)。",
    ),
    "option_save": (
        "Save the picture from the axes that it returns: ax.figure.savefig(path).",
        "请由它返回的坐标轴保存图片：ax.figure.savefig(path)。",
    ),
    "too_many_positional": (
        "{function}() takes {positional} by position, and the rest by name: {known}.",
        "{function}() 按位置只接受 {positional}，其余参数须写明名称：{known}。",
    ),
    "missing_argument": (
        "{function}() needs {missing}. It takes {known}.",
        "{function}() 缺少 {missing}。它的参数有：{known}。",
    ),
    "nothing_by_position": ("nothing", "零个参数"),
    "twice_given": (
        "{function}() was given {keyword} twice, by position and by name. Give it once.",
        "{function}() 的参数 {keyword} 既按位置又按名称给出。请只给一次。",
    ),
    "module_called": (
        "{module} is a module, not a function. Call {main}.",
        "{module} 是模块，不是函数。请调用 {main}。",
    ),
    "unknown_name": (
        "{module} has no {name!r}. {meant}",
        "{module} 中没有 {name!r}。{meant}",
    ),
    "meant_name": ("Did you mean {near}?", "您指的是 {near} 吗？"),
    "listed_names": ("It has {names}.", "其中有：{names}。"),
    "inner_refused": (
        "{name_given} cannot be used: {reason}. {takes}",
        "{name_given} 无法使用：{reason}。{takes}",
    ),
    "takes": ("It takes {argument_of}: {documented}.", "{argument_of} 的说明：{documented}。"),
    "system_fault": (
        "the system refused {path!r}: {reason}. Check the path, its permissions and the space left.",
        "系统拒绝了 {path!r}：{reason}。请检查路径、权限和剩余空间。",
    ),
    "spark_workers": (
        "the Python beside Spark's executors has no package {package!r}. Let it be the one of this program, before the "
        'session begins: os.environ["PYSPARK_PYTHON"] = {python!r}, or install crmkit there.',
        "Spark 执行器旁的 Python 没有软件包 {package!r}。请在创建会话之前改用本程序的 Python："
        'os.environ["PYSPARK_PYTHON"] = {python!r}，或在那里安装 crmkit。',
    ),
    "package_missing": (
        'this needs the package {package!r}, which is not installed. Run: pip install "{package}".',
        '此功能需要尚未安装的软件包 {package!r}。请运行：pip install "{package}"。',
    ),
    "package_missing_unnamed": (
        "this needs a package that is not installed ({reason}). Install it with pip.",
        "此功能需要尚未安装的软件包（{reason}）。请用 pip 安装。",
    ),
    "transactions_given": (
        "{argument}= takes a table that was made of transactions, not the transactions themselves. Give {call}.",
        "{argument}= 需要由交易数据得出的表，而不是交易数据本身。请给出 {call}。",
    ),
    "transactions_misplaced": (
        "{argument}= takes {documented}. These are crmkit.Transactions, which are something else: give such a table.",
        "{argument}= 的说明：{documented}。给出的是 crmkit.Transactions，并非如此。请给出这样的表。",
    ),
    "result_column": (
        "no column {column} in this {what}. It has {near}.",
        "{what} 中没有列 {column}。其中有：{near}。",
    ),
    "result_attribute": (
        "Its rows are a table: use {meant}, or .to_pandas().{name}.",
        "它的数据是一张表：请用 {meant}，或 .to_pandas().{name}。",
    ),
    "no_operation": (
        "{what} cannot be used with {operation}. {instead}",
        "{what} 不能用于 {operation}。{instead}",
    ),
    "result_instead": (
        'It is a table with what it means: compute with one of its columns, result["column"], or with '
        "result.to_pandas().",
        '它是一张带有说明的表：请用其中一列 result["column"] 或 result.to_pandas() 来计算。',
    ),
    "transactions_instead": (
        "Transactions are no table. One row per customer is crmkit.summarize(tx), what is used and left out is "
        "tx.ledger, and the table itself is tx.source.to_native().",
        "交易数据本身不是表。每位客户一行请用 crmkit.summarize(tx)，采用与剔除的行见 tx.ledger，原表为 tx.source.to_native()。",
    ),
    "estimator_instead": (
        "What it learned has names that end in _, and .score(customers) gives a table with ids.",
        "它学到的内容以 _ 结尾命名，.score(customers) 给出带客户编号的表。",
    ),
    "transactions_fixed": (
        "{what} do not change, so {name!r} cannot be set. Make others: crmkit.Transactions(frame, ...) with the setting, "
        "or tx.until(date) for an earlier day.",
        "{what} 不可更改，不能设置 {name!r}。请另建一个：带上该设置调用 crmkit.Transactions(frame, ...)，"
        "或用 tx.until(date) 取更早的日期。",
    ),
    "transactions_pickled": (
        "{what} cannot be pickled: the table may be in a database. Keep the rows themselves in a file for crmkit.read, or "
        "their sums with crmkit.State.of(tx).save(path).",
        "{what} 无法用 pickle 保存，因为表可能在数据库中。请把各行存为文件，再用 crmkit.read 打开；"
        "或用 crmkit.State.of(tx).save(path) 保存汇总。",
    ),
    "fit_first": (
        "this {what} is not fitted yet, so it has no {name}. Call .fit(customers) first.",
        "此 {what} 尚未拟合，因此没有 {name}。请先调用 .fit(customers)。",
    ),
    "on_the_class": (
        "{function}() belongs to an object, not to its class: make one first, such as {kind}().{function}(...).",
        "{function}() 属于对象而不是类：请先建立对象，例如 {kind}().{function}(...)。",
    ),
    "no_drawer": (
        "there is no chart for {what}. Draw its table, such as .to_pandas().plot().",
        "没有为 {what} 设计的图。请用它的表作图，例如 .to_pandas().plot()。",
    ),
    "no_such_setting": (
        "{what} has no setting {argument}. It has {known}.",
        "{what} 没有设置 {argument}。它的设置有：{known}。",
    ),
    "rows_have_no_order": (
        "this gives one value per row, and the table is lazy: its rows have no order to hold on to. Call "
        ".score(customers), a table with ids, or give a table in memory.",
        "此方法按行给出数值，而此表是惰性的，各行没有固定顺序。请调用 .score(customers)（带客户编号的表），"
        "或给出内存中的表。",
    ),
}
