"""Words for files, databases and folders."""

from __future__ import annotations

WORDS = {
    # --- what is asked of a source
    "header": ("True (the first line names the columns) or False", "True（首行是列名）或 False"),
    "separator": ("one to four characters that set fields apart", "一到四个字符的分隔符"),
    "encoding": ("a known encoding", "可用的编码"),
    "query_not_sql": (
        'query= is not SQL that can be read: {reason}. Give one SELECT, such as query="SELECT * FROM sales".',
        'query= 不是可读的 SQL：{reason}。请给出一条 SELECT，例如 query="SELECT * FROM sales"。',
    ),
    "query_not_one_select": (
        "query= takes one SELECT, and this is {kinds}. It only reads: nothing is written, attached or installed.",
        "query= 只接受一条 SELECT，而这里是 {kinds}。它只读取数据，不写入、不挂载、不安装。",
    ),
    "query_fails": (
        "query= fails: {reason}. Check it against the tables and columns of the database.",
        "query= 执行失败：{reason}。请对照数据库的表和列检查。",
    ),
    "query_fails_over": (
        "query= fails: {reason}. Its tables are {tables}: each file is called by its name without the ending.",
        "query= 执行失败：{reason}。可用的表是 {tables}：每个文件以去掉扩展名的文件名为表名。",
    ),
    "query_reaches_out": (
        "query= reads something besides its tables {tables}. Add that file to the list of files to read.",
        "query= 读取了 {tables} 以外的内容。请把那个文件加进要读取的文件列表。",
    ),
    "sheets": ("the name of a sheet, or several, each once", "一个工作表的名称，或多个互不相同的名称"),
    "some_path": ("the path of a file, or several", "一个或多个文件的路径"),
    "file_twice": (
        "the same file is named twice: {paths}. Its rows would count twice, so name each file once.",
        "同一文件出现了两次：{paths}。其记录会被重复计入，请每个文件只写一次。",
    ),
    "same_stem": (
        "two files are called '{stem}' without their endings, so a query could not tell them apart. Rename one.",
        "有两个文件去掉扩展名后都叫 '{stem}'，查询无法区分。请重命名其中一个。",
    ),
    "several_kinds": (
        "the files are of several kinds: {files}. Name those of one kind, such as '{pattern}', or join them by query=.",
        "文件属于多种类型：{files}。请只给出一种，例如 '{pattern}'，或用 query= 合并。",
    ),
    "one_at_a_time": (
        "several CSV, Parquet, JSON or Excel files are read together, but one {kind} source at a time. Read '{first}' "
        "alone.",
        "可以同时读取多个 CSV、Parquet、JSON 或 Excel 文件，但 {kind} 一次只能读一个。请单独读取 '{first}'。",
    ),
    "not_for_kind": (
        "{option}= is not for {kind} files, and '{path}' is one. Leave it out.",
        "{option}= 不适用于 {kind} 文件，而 '{path}' 正是。请去掉它。",
    ),
    "which_rows": (
        'say which rows to read: table="orders" or query="SELECT ..."',
        '请说明读取哪些行：table="orders" 或 query="SELECT ..."',
    ),
    "which_table": (
        "which table is not said; '{path}' has {tables}. Say one, such as table={first!r}",
        "没有说明读取哪张表；'{path}' 中有 {tables}。请指定一个，例如 table={first!r}",
    ),
    "no_such_table": (
        "there is no table {table!r}; '{path}' has {tables}. Say table=... or query=...",
        "没有名为 {table!r} 的表；'{path}' 中有 {tables}。请给出 table=... 或 query=...",
    ),
    "which_sheet": (
        "which sheet is not said; '{path}' has {sheets}. Say which, such as sheet={told}.",
        "没有说明读取哪个工作表；'{path}' 中有 {sheets}。请指定，例如 sheet={told}。",
    ),
    "no_such_sheet": (
        "there is no sheet {sheet!r} with cells; '{path}' has {sheets}. Name one of them by sheet=.",
        "没有名为 {sheet!r} 的数据工作表；'{path}' 中有 {sheets}。请用 sheet= 指定其一。",
    ),
    "memory_limit": (
        '{name_given} is not a size. Give one such as memory_limit="2GB".',
        '{name_given} 不是内存大小。请给出例如 memory_limit="2GB"。',
    ),
    # --- what a source is
    "cannot_read": (
        "cannot read '{path}': {reason}. Check that the file is whole and is what its ending says.",
        "无法读取 '{path}'：{reason}。请检查文件是否完整、是否与扩展名相符。",
    ),
    "cannot_open": (
        "cannot open '{path}': {reason}. Check who may read it.",
        "无法打开 '{path}'：{reason}。请检查读取权限。",
    ),
    "no_file": (
        "there is no file '{path}'. Check the path; this folder is '{here}'.",
        "没有文件 '{path}'。请检查路径；当前文件夹是 '{here}'。",
    ),
    "dangling": (
        "there is no file where the link '{path}' leads to. Check the link.",
        "链接 '{path}' 指向的文件不存在。请检查该链接。",
    ),
    "no_file_matches": (
        "no file matches '{path}'. Check the folder and the pattern.",
        "没有文件与 '{path}' 匹配。请检查文件夹和通配符。",
    ),
    "a_folder": (
        "'{path}' is a folder. Name its files, such as '{example}'.",
        "'{path}' 是文件夹。请指明其中的文件，例如 '{example}'。",
    ),
    "not_a_file": (
        "'{path}' is a pipe or a device, not a file. Write what it gives to a file first.",
        "'{path}' 是管道或设备，不是文件。请先把内容写入文件。",
    ),
    "empty_file": (
        "the file '{path}' is empty (0 bytes). Export it again.",
        "文件 '{path}' 是空的（0 字节）。请重新导出。",
    ),
    "unknown_ending": (
        "the ending of '{path}' is not known. Known are {known} and SQLite and DuckDB files.",
        "'{path}' 的扩展名无法识别。可识别的有 {known}，以及 SQLite 和 DuckDB 文件。",
    ),
    "file_changed": (
        "the file '{path}' has changed since it was opened, so figures from before and after would be mixed. "
        "Read it again with crmkit.read(...).",
        "文件 '{path}' 在打开后被改动，前后的数字会混在一起。请用 crmkit.read(...) 重新读取。",
    ),
    "file_gone": (
        "the file '{path}' is gone since it was opened. Put it back, or read another with crmkit.read(...).",
        "文件 '{path}' 在打开后消失了。请恢复它，或用 crmkit.read(...) 读取另一个文件。",
    ),
    "no_tables": ("'{path}' has no table. Check that it is the right file.", "'{path}' 中没有表。请确认文件是否正确。"),
    "reaches_out": (
        "'{path}' has a view or a query that reads files outside of it, which is never allowed. Ask whoever made it "
        "for the rows themselves, in a table.",
        "'{path}' 中的视图或查询要读取库外的文件，这是不允许的。请向制作者索取以表保存的数据。",
    ),
    "open_here": (
        "'{path}' is open in this process already. Close that connection, or pass its table: connection.table(...).",
        "'{path}' 已在本进程中打开。请关闭那个连接，或直接传入它的表：connection.table(...)。",
    ),
    "no_temporary_folder": (
        "cannot write to the folder for temporary files, '{path}': {reason}. Make room there, or set TMPDIR to "
        "another.",
        "无法写入临时文件夹 '{path}'：{reason}。请腾出空间，或把 TMPDIR 设为其他文件夹。",
    ),
    "out_of_memory": (
        "the work on '{path}' needs more memory than there is, or than memory_limit= allows. Give a larger one, such as "
        'memory_limit="2GB".',
        "处理 '{path}' 所需的内存超过现有内存或 memory_limit= 的限制。请调大，例如 memory_limit=\"2GB\"。",
    ),
    # --- text
    "not_utf8": (
        "the text of '{path}' is not UTF-8. Say what it is, such as encoding=\"gb18030\" (Chinese Excel) or "
        'encoding="cp1252".',
        '\'{path}\' 的文本不是 UTF-8。请说明编码，例如 encoding="gb18030"（中文 Excel）或 encoding="cp1252"。',
    ),
    "like_encoding": (
        "the text of '{path}' is not UTF-8 but looks like {encoding}. Say encoding=\"{encoding}\".",
        "'{path}' 的文本不是 UTF-8，像是 {encoding}。请加上 encoding=\"{encoding}\"。",
    ),
    "not_in_encoding": (
        "'{path}' is not {encoding}: {reason}. Give its own encoding.",
        "'{path}' 的编码不是 {encoding}：{reason}。请给出它的实际编码。",
    ),
    "row_of_other_width": (
        "line {line} of '{path}' has {found} field{s} where {expected} are expected: {row}. Put a field that contains "
        "the separator in quotation marks, or say separator=...",
        "'{path}' 第 {line} 行有 {found} 个字段，应为 {expected} 个：{row}。"
        "含有分隔符的字段请加引号，或用 separator=... 指定分隔符。",
    ),
    "quote_not_closed": (
        "the row in line {line} of '{path}' has a quotation mark that opens or closes a field where none may. "
        'Within a quoted field a quotation mark is written twice ("").',
        "'{path}' 第 {line} 行的引号位置不对。在带引号的字段里，引号要写两次（\"\"）。",
    ),
    "like_utf16": (
        "the text of '{path}' has a zero byte beside each letter, as UTF-16 has. Say encoding=\"utf-16-le\".",
        "'{path}' 的每个字母旁都有零字节，像是 UTF-16。请加上 encoding=\"utf-16-le\"。",
    ),
    "another_separator": (
        "the columns of '{path}' are set apart by {sign!r}: {first}. Say separator={sign!r}.",
        "'{path}' 的列以 {sign!r} 分隔：{first}。请加上 separator={sign!r}。",
    ),
    "line_not_json": (
        "line {line} of '{path}' is not JSON: {text}. Check that the file is whole, with one object on each line.",
        "'{path}' 第 {line} 行不是 JSON：{text}。请检查文件是否完整，每行应是一个对象。",
    ),
    "quote_swallows": (
        "a quotation mark in '{path}' opens a field that runs over whole rows: {field}, with the row {row}. "
        "Close it, or take it out.",
        "'{path}' 中有一个引号使字段跨越了整行：{field}，其中包含行 {row}。请补上或去掉该引号。",
    ),
    "line_too_long": (
        "line {line} of '{path}' is longer than {most}. Check that it is a table with line ends.",
        "'{path}' 第 {line} 行超过 {most}。请确认它是带换行的表格。",
    ),
    "rows_disagree": (
        "the lines of '{path}' make {lines:,} rows, and {rows:,} were read. Check its quotation marks, or export it "
        "again.",
        "'{path}' 按行计有 {lines:,} 行数据，实际读到 {rows:,} 行。请检查引号，或重新导出。",
    ),
    "nothing_below": (
        "'{path}' has no line below the {skip} that are skipped. Give a smaller skip=.",
        "'{path}' 在跳过 {skip} 行之后没有内容。请减小 skip=。",
    ),
    "header_below_line": (
        "the columns of '{path}' are named in line {at}, below a title: {names}. Say skip={skip}.",
        "'{path}' 的列名在第 {at} 行，上面是标题：{names}。请加上 skip={skip}。",
    ),
    "header_below_row": (
        "the columns of '{path}' are named in row {at}, below a title: {names}. Say skip={skip}.",
        "'{path}' 的列名在第 {at} 行，上面是标题：{names}。请加上 skip={skip}。",
    ),
    "no_header": (
        "the first line of '{path}' does not name columns but is data: {first}. Say header=False; its {n} columns are "
        "then called column1, column2, ...",
        "'{path}' 的首行不是列名而是数据：{first}。请加上 header=False；这 {n} 列将依次称为 column1、column2……",
    ),
    "no_header_blanks": (
        "the first line of '{path}' does not name columns but is data set apart by blanks: {first}. Say header=False, "
        'separator=" "; its {n} columns are then called column1, column2, ...',
        '\'{path}\' 的首行不是列名，而是用空格分隔的数据：{first}。请加上 header=False, separator=" "；'
        "这 {n} 列将依次称为 column1、column2……",
    ),
    "set_apart_by_blanks": (
        'the {n} columns of \'{path}\' are set apart by blanks: {first}. Say separator=" ".',
        '\'{path}\' 的 {n} 列以空格分隔：{first}。请加上 separator=" "。',
    ),
    "repeated_columns": (
        "'{path}' has more than one column {columns}. Rename or drop the others.",
        "'{path}' 中列 {columns} 出现多次。请重命名或删除多余的列。",
    ),
    "columns_by_case": (
        "columns of '{path}' differ only in upper and lower case: {columns}. Rename one.",
        "'{path}' 中的列仅大小写不同：{columns}。请重命名其一。",
    ),
    # --- several files
    "column_absent_here": (
        "'{path}' has no column {columns}, which the other files have; it has {has}. Rename its columns, leave the file "
        "out, or join them by query=.",
        "'{path}' 中没有列 {columns}，而其他文件有；它的列是 {has}。请改列名、排除该文件，或用 query= 合并。",
    ),
    "types_differ": (
        "column {column!r} is {one} in '{here}' and {other} in '{there}', which may not mean the same. "
        "Write it as one type, or read the files apart.",
        "列 {column!r} 在 '{here}' 中是 {one}，在 '{there}' 中是 {other}，含义可能不同。请统一类型，或分开读取。",
    ),
    "partition_is_column": (
        "the folders of '{path}' are named after {columns}, which the file has as a column of its own. "
        "Say partitions=False.",
        "'{path}' 的文件夹名中有 {columns}，而文件自身也有同名列。请用 partitions=False。",
    ),
    # --- Excel
    "one_cell_a_row": (
        "the rows of '{path}' are one cell each, such as {first}: text whose fields were not set apart. Save that text "
        "as .csv and read it.",
        "'{path}' 的每一行只有一个单元格，例如 {first}：这是未分列的文本。请把该文本存为 .csv 再读取。",
    ),
    "empty_sheet": (
        "the sheet {sheet!r} of '{path}' has no rows. Name another one by sheet=.",
        "'{path}' 的工作表 {sheet!r} 没有数据。请用 sheet= 指定另一个。",
    ),
    "no_sheets": (
        "'{path}' has no sheet that can be seen; hidden are {sheets}. Name one by sheet=.",
        "'{path}' 没有可见的工作表；隐藏的有 {sheets}。请用 sheet= 指定。",
    ),
    "locked_book": (
        "'{path}' is locked with a password. Save it without one.",
        "'{path}' 有密码保护。请去掉密码后另存。",
    ),
    "cells_of_errors": (
        "cells of the sheet {sheet!r} of '{path}' hold an error: {cells}. Correct or clear them.",
        "'{path}' 的工作表 {sheet!r} 中有错误值：{cells}。请修正或清空这些单元格。",
    ),
    "cells_not_computed": (
        "cells of the sheet {sheet!r} of '{path}' hold formulas without a result: {cells}. Open the book in a "
        "spreadsheet program and save it.",
        "'{path}' 的工作表 {sheet!r} 中有尚未计算的公式：{cells}。请用表格软件打开并保存一次。",
    ),
    "cells_rounded": (
        "cells of the sheet {sheet!r} of '{path}' hold numbers of more than 15 digits, which spreadsheets round: "
        "{cells}. Write such ids as text.",
        "'{path}' 的工作表 {sheet!r} 中有超过 15 位的数字，表格软件会舍入：{cells}。请把这类编号存为文本。",
    ),
    "text_named_excel": (
        "'{path}' is not an Excel book but text. Rename it to .csv.",
        "'{path}' 不是 Excel 文件，而是文本。请把扩展名改为 .csv。",
    ),
    "page_named_excel": (
        "'{path}' is not an Excel book but a web page (HTML or XML). Open it in a spreadsheet program and save it as "
        ".xlsx.",
        "'{path}' 不是 Excel 文件，而是网页（HTML 或 XML）。请用表格软件打开并另存为 .xlsx。",
    ),
    "sheet_rows_disagree": (
        "the sheet {sheet!r} of '{path}' has {rows:,} rows with cells, and {read:,} were read. Save it anew.",
        "'{path}' 的工作表 {sheet!r} 有 {rows:,} 行非空数据，实际读到 {read:,} 行。请重新保存。",
    ),
    # --- outputs
    "output_ending": (
        "the ending of '{path}' is not one of {known}. Choose the kind by it.",
        "'{path}' 的扩展名不是 {known} 之一。请用扩展名选择文件类型。",
    ),
    "output_link_loop": (
        "'{path}' is a link that leads round to itself. Give another name.",
        "'{path}' 是指向自身的循环链接。请换一个文件名。",
    ),
    "output_no_folder": (
        "there is no folder '{path}'. Make it first, or write elsewhere.",
        "没有文件夹 '{path}'。请先创建，或写到别处。",
    ),
    "output_not_a_file": (
        "'{path}' is not a file, so it cannot be replaced by one. Give another name.",
        "'{path}' 不是文件，无法被替换。请换一个文件名。",
    ),
    "output_protected": (
        "'{path}' is protected against writing. Give another name, or allow it with chmod u+w.",
        "'{path}' 受写保护。请换一个文件名，或用 chmod u+w 允许写入。",
    ),
    "output_closed_folder": (
        "the folder '{path}' cannot be written to. Write elsewhere.",
        "文件夹 '{path}' 不可写。请写到别处。",
    ),
    "output_is_input": (
        "'{path}' is the input itself, which is never overwritten. Give another name.",
        "'{path}' 就是输入文件，不会被覆盖。请换一个文件名。",
    ),
    "output_folder_fails": (
        "cannot make the folder '{path}': {reason}. Give another one.",
        "无法创建文件夹 '{path}'：{reason}。请换一个。",
    ),
    "output_fails": (
        "cannot write '{path}': {reason}. Check the space left, or write elsewhere.",
        "无法写入 '{path}'：{reason}。请检查剩余空间，或写到别处。",
    ),
    "output_too_long": (
        "an Excel sheet holds {most:,} rows, and the list has {n:,}. Write .parquet or .csv instead.",
        "一个 Excel 工作表最多容纳 {most:,} 行，而名单有 {n:,} 行。请改写 .parquet 或 .csv。",
    ),
    "output_no_book": (
        "'{path}' is not an Excel book. Give a name that ends with .xlsx.",
        "'{path}' 不是 Excel 文件。请给出以 .xlsx 结尾的文件名。",
    ),
    # --- packages
    "no_excel_writer": (
        'Excel needs xlsxwriter. Run: pip install "crmkit[excel]".',
        '写入 Excel 需要 xlsxwriter。请运行：pip install "crmkit[excel]"。',
    ),
    "no_excel": (
        'Excel needs python-calamine. Run: pip install "crmkit[excel]".',
        '读取 Excel 需要 python-calamine。请运行：pip install "crmkit[excel]"。',
    ),
    "no_postgres": (
        'PostgreSQL needs two packages. Run: pip install "crmkit[postgres]".',
        'PostgreSQL 需要两个软件包。请运行：pip install "crmkit[postgres]"。',
    ),
    "no_kind": (
        '{kind} is not installed. Run: pip install "{kind}", or leave out into=.',
        '没有安装 {kind}。请运行：pip install "{kind}"，或去掉 into=。',
    ),
}  # fmt: skip
