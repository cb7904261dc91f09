"""Sentences of errors about cli."""

from __future__ import annotations

WORDS = {
    "cli_no_command": (
        "there is no command {name!r}. Is it {near}? All of them: crmkit --help.",
        "没有命令 {name!r}。是不是 {near}？全部命令：crmkit --help。",
    ),
    "cli_no_option": ("there is no option {name}.", "没有选项 {name}。"),
    "cli_no_option_near": ("there is no option {name}. Is it {near}?", "没有选项 {name}。是不是 {near}？"),
    "cli_missing": ("{name} is missing.", "缺少 {name}。"),
    "cli_missing_value": ("{name} needs a value after it.", "{name} 之后需要一个值。"),
    "cli_misuse": ("the command cannot be read: {reason}", "无法读懂该命令：{reason}"),
    "cli_whole": ("a whole number", "整数"),
    "cli_number": ("a number", "数字"),
    "cli_fault": (
        "unexpected {kind}: {reason}\nThis is a fault of crmkit. Run it again with --debug.",
        "意外的 {kind}：{reason}\n这是 crmkit 的错误。请加上 --debug 重新运行。",
    ),
    "cli_no_input": ("this command reads no INPUT.", "该命令不读取 INPUT。"),
    "cli_nothing_piped": (
        "INPUT is -, but nothing is piped in. Pipe a file, such as: crmkit check - < sales.csv",
        "INPUT 是 -，但没有任何内容从管道传入。请传入文件，例如：crmkit check - < sales.csv",
    ),
    "cli_output_needed": (
        "this command writes a list, and {argument} is missing. Give a file, such as {argument} customers.csv, or - for "
        "standard output.",
        "该命令要写出名单，但缺少 {argument}。请给出文件，例如 {argument} customers.csv，或用 - 写到标准输出。",
    ),
    "cli_format": (
        "{name_given} is not one of {formats}. Give one, such as {argument} {first}.",
        "{name_given} 不是 {formats} 之一。请给出其中之一，例如 {argument} {first}。",
    ),
    "cli_format_alone": (
        "{name_given} is for what goes to standard output. Give also --output -.",
        "{name_given} 用于写到标准输出的内容。请同时给出 --output -。",
    ),
    "cli_format_and_file": (
        "{name_given} and the ending of '{output}' contradict. Leave {argument} out.",
        "{name_given} 与 '{output}' 的扩展名矛盾。请省略 {argument}。",
    ),
    "cli_format_terminal": (
        "{name_given} is not for a terminal. Write a file with --output FILE, or pipe it on.",
        "{name_given} 不适合显示在终端。请用 --output FILE 写成文件，或用管道传走。",
    ),
    "cli_part_alone": (
        "{name_given} says which table is written. Give also --output FILE.",
        "{name_given} 指明写哪张表。请同时给出 --output FILE。",
    ),
    "cli_unknown_part": (
        "{name_given} is no table of this command, which has {known}. Give one, such as {argument} {near}.",
        "{name_given} 不是该命令的表；它有 {known}。请给出其中之一，例如 {argument} {near}。",
    ),
    "cli_no_table": (
        "this command has no table to write. Leave {argument} out.",
        "该命令没有可写的表。请省略 {argument}。",
    ),
    "cli_no_picture": (
        "{argument} has nothing to draw: `crmkit {command}` has no picture. Leave it out.",
        "{argument} 无图可画：crmkit {command} 没有对应的图。请省略它。",
    ),
    "cli_no_id": ("the customer's id is missing: crmkit explain INPUT ID.", "缺少客户编号：crmkit explain INPUT ID。"),
    "cli_settings_toml": (
        "'{path}' is not written as TOML: {reason}. Its form is in crmkit --help and the documentation.",
        "'{path}' 不是 TOML 写法：{reason}。写法见 crmkit --help 和文档。",
    ),
    "cli_settings_no_file": ("'{path}' is not a file. Give another one.", "'{path}' 不是文件。请换一个。"),
    "cli_settings_owner": (
        "'{path}' belongs to another user, so its settings are not taken. Make one of your own, or give --config none.",
        "'{path}' 属于其他用户，因此不采用其中的设置。请用自己的文件，或给出 --config none。",
    ),
    "cli_settings_writable": (
        "'{path}' may be written by everybody, so its settings are not taken. Run: chmod o-w '{path}', or give --config "
        "none.",
        "任何人都可以修改 '{path}'，因此不采用其中的设置。请运行：chmod o-w '{path}'，或给出 --config none。",
    ),
    "cli_settings_key": (
        "'{path}' has {key}, which is no setting. Is it {meant}? Queries, keys and outputs have no place there.",
        "'{path}' 中有 {key}，它不是设置项。是不是 {meant}？查询、密钥和输出不写在那里。",
    ),
    "cli_settings_value": (
        "'{path}' has {key} = {value!r}, which is not of the form {kind}.",
        "'{path}' 中 {key} = {value!r}，不是 {kind} 的形式。",
    ),
    "cli_no_memory": (
        "there is not enough memory for this. Give a bound that spills to disk, such as --memory-limit 1GB, or fewer "
        "rows.",
        "内存不足。请设定上限使其落盘，例如 --memory-limit 1GB，或减少行数。",
    ),
    "cli_system": (
        "the system refuses: {reason}. Check space, permissions and whether the output is still open.",
        "系统拒绝：{reason}。请检查空间、权限，以及输出是否仍然打开。",
    ),
    "cli_campaign_needs_cost_value": (
        "a campaign needs its cost, the value of a customer and its save rate. Give also {asked}.",
        "活动需要成本、客户价值和成功率。还请给出 {asked}。",
    ),
    "cli_without_state": (
        'batches are those of a state, and there is none. Name its folder: state="state".',
        '批次属于状态，但未指定状态。请指定其文件夹：state="state"。',
    ),
    "cli_less_day_churn_d": (
        '{name_given} is less than a day. Give one such as churn="90D".',
        '{name_given} 不足一天。请改用例如 churn="90D"。',
    ),
    "cli_period_first_last_day": (
        "{name_given} is not a period. Give its first and last day: {argument}=('2024-01-01', '2024-12-31').",
        "{name_given} 不是时段。请给出首日和末日：{argument}=('2024-01-01', '2024-12-31')。",
    ),
    "cli_data_day_nobody_can": (
        "the data are of one day, {first}, so nobody can have moved. Pass more of the past.",
        "数据只有 {first} 这一天，因此谈不上迁移。请提供更长的历史。",
    ),
    "cli_earlier_day_data_go": (
        '{name_given} is no earlier day: the data go from {first}, and the past ends on {as_of}. Give one between, such as since="{value}".',
        '{name_given} 不是更早的日子：数据始于 {first}，历史截止于 {as_of}。请给其间的日子，例如 since="{value}"。',
    ),
    "cli_known_number_auto_whole": (
        "{name_given} is not known. Give n_clusters=auto, a whole number of at least 2, or a range from which the best is chosen, such as n_clusters=3-6.",
        "{name_given} 不是可用的取值。请给 n_clusters=auto、不小于 2 的整数，或供选择的范围，例如 n_clusters=3-6。",
    ),
    "cli_goes_compare_too_leave": (
        "{name_given} goes with --compare. Give that too, or leave it out.",
        "{name_given} 要与 --compare 一起使用。请也给出它，或省略本项。",
    ),
}
