"""Words for states: batches, and the folders that hold them."""

from __future__ import annotations

WORDS = {
    "state_made": (
        "State.of(transactions) makes a State, and State.load(path) reads one.",
        "State.of(transactions) 建立 State，State.load(path) 读取已保存的 State。",
    ),
    "state_changed": (
        "{path}: somebody else has changed this state since it was loaded. Load it again, merge again and save then.",
        "{path}：自加载以来，该状态已被他人更改。请重新加载、重新合并，然后再保存。",
    ),
    "state_broken": (
        "{path}: {file} is not what a saved state holds. Save the state anew from its transactions.",
        "{path}：{file} 不是已保存状态的内容。请由交易数据重新生成并保存状态。",
    ),
    "state_none": (
        "{path} holds no saved state: there is no readable {file}. state.save(path) writes one.",
        "{path} 中没有已保存的状态：找不到可读的 {file}。state.save(path) 可写入一个。",
    ),
    "state_newer": (
        "{path} was saved in form {format}; this version of crmkit reads forms up to {known}. Update crmkit.",
        "{path} 以第 {format} 版格式保存；此版本的 crmkit 最多读取第 {known} 版。请更新 crmkit。",
    ),
    "state_repeated": (
        "the state already holds a batch {batch!r}, so its rows would count twice. Say replace=True to put these rows "
        "in its place, or name the batch otherwise: batch=...",
        "状态中已有批次 {batch!r}，其记录会被重复计算。若要以这些记录替换它，请使用 replace=True；否则请另取名称：batch=...",
    ),
    "state_batch": ("the name of a batch, a text that is not empty", "批次名称，须为非空文本"),
    "state_roles": (
        "the state was made of transactions with {known}, these have {given}. Name the same columns for all batches.",
        "该状态由含 {known} 的交易生成，而这些交易含 {given}。请为所有批次指定相同的列。",
    ),
    "state_ids": (
        "the ids of the state are {known}, these are {given}: 7 and '7' would be two customers. Read them as one type.",
        "状态中的客户编号类型为 {known}，而这些为 {given}：7 与 '7' 会成为两位客户。请以同一类型读入。",
    ),
    "state_has_no_rows": (
        "a State holds customers' days, not the rows that came in. Ask the transactions for {what}.",
        "State 只保存客户的每日汇总，不含原始记录。请向交易数据查询{what}。",
    ),
    "state_nobody_left": (
        "without these persons nobody is left in the state. Delete its folder instead.",
        "去除这些人之后，状态中不再有任何人。请直接删除其文件夹。",
    ),
}
