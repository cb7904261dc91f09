"""Words for calls that do not fit: unknown names, wrong keywords, and what an inner library refuses."""

from __future__ import annotations

WORDS = {
    "unknown_keyword": (
        "{function}() has no argument {keyword}=. {meant}It takes {known}.",
        "{function}() 没有参数 {keyword}=。{meant}它的参数有：{known}。",
    ),
    "meant_keyword": ("Did you mean {near}? ", "您指的是 {near} 吗？"),
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
        "{what} has no {name!r}. Its rows are a table: use .{meant}, or .to_pandas().{name}.",
        "{what} 没有 {name!r}。它的数据是一张表：请用 .{meant}，或 .to_pandas().{name}。",
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
