"""What `crmkit --help` says: the commands, their options, and what stands around them.

`about_<command>` is a command (its first sentence is the line in the list of commands), `option_<option>` an option,
`option_<command>_<option>` an option that means something of its own in one command.
"""

_AROUND = {
    "help_usage": ("Usage:", "用法："),
    "help_program": (
        "Customer analytics on transaction tables: what came in, who the customers are, what they are worth.",
        "对交易数据做客户分析：读入了什么，客户是谁，价值几何。",
    ),
    "help_of_command": ("Options of this command", "本命令的选项"),
    "help_of_input": ("INPUT and how to read it", "INPUT 及其读取方式"),
    "help_of_answer": ("Where the answer goes", "结果的去向"),
    "help_default": ("by default {value}", "默认 {value}"),
    "help_needed": ("needed", "必填"),
    "help_codes": (
        "Exit codes: 0 done, 1 the data or a file cannot be used, 2 the command is not written right, 3 a limit of "
        "`check` is passed, 70 a fault of crmkit, 130 and 143 stopped, 141 the reader of the output went away. With "
        "--debug anywhere, an error shows its trace.",
        "退出码：0 完成；1 数据或文件不可用；2 命令写法有误；3 超过 check 的界限；70 crmkit 自身的错误；130、143 被中止；"
        "141 输出的读取方已离开。加上 --debug 可显示错误的堆栈。",
    ),
    "help_settings": (
        "Roles of columns, how the file is read, and the language can stand in crmkit.toml of the working folder, or in "
        "variables such as CRMKIT_CUSTOMER; options come first, then variables, then the file.",
        "列的角色、文件的读取方式和语言可写在当前文件夹的 crmkit.toml 中，或用 CRMKIT_CUSTOMER 之类的环境变量给出；"
        "优先次序：选项、环境变量、文件。",
    ),
    "help_begin": ("Begin", "入门"),
    "help_worth": ("Who is worth what", "谁有多大价值"),
    "help_changed": ("What changed", "发生了什么变化"),
    "help_stays": ("Who stays", "谁留下来"),
    "help_lost": ("When they are lost", "何时流失"),
    "help_baskets": ("What goes with what", "什么与什么一起买"),
    "help_say": ("What customers say", "客户怎么说"),
    "help_look": ("Whom to look at", "该关注谁"),
    "help_elsewhere": ("Elsewhere", "在别处运行"),
    "help_trust": ("Can it be trusted", "结果可信吗"),
}

_COMMANDS = {
    "about_demo": (
        "Score CDNOW's customers. Reads the 23,570 real customers of the CDNOW data, prints the headline and writes the "
        "scored list.",
        "为 CDNOW 的客户打分。读取 CDNOW 数据中 23,570 位真实客户，打印要点并写出打分名单。",
    ),
    "about_check": (
        "Print the ledger of the input. What came in, what is left out and why, what is used; and what is worth knowing "
        "about that. With limits it exits with 3 if too much is lost.",
        "打印输入的对账表。读入了什么，排除了什么、为何排除，实际使用了什么；以及值得注意之处。给出界限时，若损失过多则以 3 退出。",
    ),
    "about_report": (
        "Write a report to open in a browser. Where the revenue is, who stays, what they are worth, what to do, and whether "
        "it can be trusted; one file that needs no network. By its ending (.html, .xlsx, .ipynb, .json) also a workbook, a "
        "notebook or all numbers.",
        "写一份可用浏览器打开的报告。收入在哪里、谁留下、价值几何、该做什么、结果是否可信；单个文件，不需要网络。"
        "按扩展名（.html、.xlsx、.ipynb、.json）也可写成工作簿、笔记本或全部数字。",
    ),
    "about_sql": (
        "Write the query by which a database scores customers by itself. Scores and segments with the cuts of INPUT frozen "
        "in; the database needs nothing of crmkit.",
        "写出数据库可自行为客户打分的查询。得分与客户群的分界点由 INPUT 固定；数据库不需要 crmkit。",
    ),
    "about_score": (
        "Write the scored list of customers. One row per customer: the summary, RFM scores, segment, tier, expected "
        "purchases and lifetime value; if asked for, the probability of churn and the signal of the watch-list.",
        "写出客户打分名单。每位客户一行：汇总、RFM 得分、客户群、层级、预期购买与终身价值；如有要求，还有流失概率和观察名单信号。",
    ),
    "about_explain": (
        "Explain one customer: crmkit explain INPUT ID. Their scores, segment and tier, and what would change them.",
        "解释一位客户：crmkit explain INPUT ID。其得分、客户群和层级，以及怎样会改变。",
    ),
    "about_rfm": (
        "Print recency, frequency and spend by segment. How many customers have each score, and each segment's share of "
        "customers and spend; the list has every customer's scores.",
        "打印最近一次消费、消费频率和消费金额。每档得分有多少客户，各客户群的客户与金额占比；名单含每位客户的得分。",
    ),
    "about_segments": (
        "Print the segments of customers. Customers and spend of each, best first.",
        "打印客户群。各群的客户数与金额，由好到差。",
    ),
    "about_clv": (
        "Print lifetime values. What customers are still worth, by tenth of customers, and how the model was chosen; the "
        "list has every customer's value with its interval.",
        "打印客户终身价值。客户今后还值多少（按客户十分位），以及模型如何选定；名单含每位客户的价值及区间。",
    ),
    "about_pyramid": (
        "Print the customer pyramid. The tiers of customers by spend, and how few customers bring how much of it.",
        "打印客户金字塔。按消费额划分的层级，以及多少客户带来多少消费。",
    ),
    "about_matrix": (
        "Print the value matrix. Current value (margin or revenue of the last 12 months) by growth potential (lifetime "
        "value still to come).",
        "打印客户价值矩阵。当前价值（过去 12 个月的毛利或收入）与增值潜力（今后的终身价值）。",
    ),
    "about_clusters": (
        "Print clusters of customers on recency, frequency and spend. Reads the three measures of all customers into "
        'memory. Needs scikit-learn: pip install "crmkit[learn]".',
        '按最近一次消费、频率和金额对客户聚类。把所有客户的三项指标读入内存。需要 scikit-learn：pip install "crmkit[learn]"。',
    ),
    "about_lenses": (
        "Audit the customer base through five lenses. How customers differ, what changed, how cohorts develop and "
        "compare, how they add up: a headline each, and the figures of every period.",
        "用五个视角审视客户群体。客户有何差异、发生了什么变化、同期群如何发展与比较、合计如何：各有一句要点，以及每期的数字。",
    ),
    "about_growth": (
        "Print where revenue grew. The bridge from a base period's revenue to the current one; with a column of products "
        "also the growth matrix.",
        "打印收入从哪里增长。从基期收入到本期收入的桥；若有商品列，还有增长矩阵。",
    ),
    "about_migration": (
        "Print who moved between segments. Customers are scored at the earlier day, and again at the end by the cuts of "
        "that day: up, down, joined, left.",
        "打印谁在客户群之间迁移。在较早的一天打分，期末再用当时的分界点打分：升级、降级、加入、离开。",
    ),
    "about_lifecycle": (
        "Print the stages of the customers' relations over time, and the patterns of those today.",
        "打印客户关系各阶段随时间的变化，以及当前的模式。",
    ),
    "about_downgrades": (
        "Print the downgrade calendar. How many customers, with how much spend, will drop to a lower segment when, if "
        "they buy nothing.",
        "打印降级日历。若不再购买，多少客户、多少消费额何时会降到更低的客户群。",
    ),
    "about_retention": (
        "Print retention and churn by period. With the movements of customers and of revenue: who and what is new, lost, "
        "reactivated, more, less.",
        "按期打印留存与流失。以及客户与收入的变动：新增、流失、回流、增购、减购。",
    ),
    "about_cohorts": (
        "Print cohorts: who bought again, and when. The customers of each period of first purchase, followed by age.",
        "打印同期群：谁再次购买、何时购买。按首次购买的时期分组，随年龄跟踪。",
    ),
    "about_contracts": (
        "Print retention, renewals and recurring revenue of contracts. Of customers whose contracts have a first and a "
        "last day.",
        "打印合同的留存、续约与经常性收入。适用于合同有首日和末日的客户。",
    ),
    "about_repurchase": (
        "Print repurchase rates by order number. First to second purchase, second to third, and so on: so far, and within "
        "--within with those counted who have not had the time. With --compare also the differences of groups or years, "
        "with intervals; --current then says which days' purchases are compared.",
        "按购买次序打印复购率。第一次到第二次、第二次到第三次等：截至目前，以及在 --within 之内（并计入时间未满者）。"
        "加 --compare 还给出各组或各年的差异及区间；--current 指明比较哪些日子的购买。",
    ),
    "about_gaps": (
        "Print how long a gap between purchases is too long. The gap curve, in which customers who have not come back yet "
        "are counted, beside the naive share of closed gaps.",
        "打印购买间隔多长算太长。间隔曲线计入尚未回购的客户，并与只看已结束间隔的简单比例对照。",
    ),
    "about_lost": (
        "Print who would be called lost by several definitions. And how many of them came back afterwards.",
        "打印按几种定义谁会被判为流失。以及其中多少人后来又回来了。",
    ),
    "about_survival": (
        "Print how long customers stay: Kaplan-Meier curves. From the first purchase to the day on which none has come for "
        "--inactive days (by default the limit of `crmkit gaps`), those still there counted for as long as they have been "
        "seen. With --by also a log-rank test. With --time and --event INPUT is a table of durations, one row per "
        "customer, and --by any column of it.",
        "打印客户停留多久：Kaplan-Meier 曲线。从首次购买到已有 --inactive 天未购买的那天（默认用 crmkit gaps 的界限）；"
        "仍在的客户按已观察的时间计入。加 --by 还做对数秩检验。给出 --time 和 --event 时，INPUT 是时长表，每位客户一行，--by 可为其任一列。",
    ),
    "about_basket": (
        "Print what is bought together and what is bought next. With the share of customers who buy several things. The "
        "list that is written has the items to offer each customer.",
        "打印什么一起买、接着买什么。以及购买多种商品的客户比例。写出的名单是向每位客户推荐的商品。",
    ),
    "about_loyalty": (
        "Print the net promoter score of a survey, by group and over time. With --items also the share of satisfied "
        "respondents by item, and with --overall what drives the overall score.",
        "打印调查的净推荐值（按组、按时间）。加 --items 还给出各项的满意比例，加 --overall 还给出总分的驱动因素。",
    ),
    "about_churn": (
        "Fit the churn model, and say whom to contact. Prints how it did on held-out time, compared with the lifetime "
        "model and with recency alone; the best is recommended. With --contact-cost, --value and --save-rate also the "
        "cut-off that brings a campaign the most profit. Writes each customer's probability. Needs scikit-learn: "
        'pip install "crmkit[learn]".',
        "拟合流失模型并指出该联系谁。打印它在留出时段上的表现，与寿命模型及只看最近一次消费相比，并推荐最好的。"
        "给出 --contact-cost、--value 和 --save-rate 时，还给出活动利润最大的门槛。写出每位客户的概率。"
        '需要 scikit-learn：pip install "crmkit[learn]"。',
    ),
    "about_winback": (
        "Rank the lost customers worth winning back. By probability of coming back x value if they do, less the cost of "
        "contact. Lost is who has been quiet for --inactive, by default for as long as nine in ten of the returns take.",
        "为值得赢回的流失客户排序。按回流概率 × 回流后的价值，减去联系成本。流失指 --inactive 天未购买，默认为九成回购所需的时间。",
    ),
    "about_watch": (
        "Print the accounts to look at now. Those overdue by their own clock, or buying less than usual, most urgent "
        "first, at as many alerts a week as you can look into. With --by, accounts learn from similar ones: those of "
        "their group.",
        "打印现在该看的客户。按自身节奏逾期或买得比平时少的客户，最紧急的在前，每周提醒数以您看得过来为限。加 --by 时，"
        "客户借鉴同组的相似客户。",
    ),
    "about_upgrades": (
        "List every customer's cheapest way to a better segment. The fewest further orders, then the least money in them, "
        "and by when; and the money that would do it if added to orders already placed. Prints how many customers have "
        "which way, and the customers whose time runs out first.",
        "列出每位客户升到更好客户群的最省途径。最少的追加订单、其中最少的金额、截止日期；以及在已有订单上加购多少即可。"
        "打印各途径的客户数，以及时间最紧的客户。",
    ),
    "about_backtest": (
        "Print what the segments of past days then did. Scores past days as they stood, and counts who bought in the days "
        "after, with the lift over sorting by recency.",
        "打印过去的客户群后来的表现。按当时的数据打分，统计之后谁购买了，以及相对按最近一次消费排序的提升。",
    ),
    "about_sensitivity": (
        "Print how much the segments depend on arbitrary choices: ties, bins, window, as-of date.",
        "打印客户群在多大程度上取决于随意的选择：同值处理、等级数、窗口、截止日期。",
    ),
}

_INPUT = {
    "option_source": (
        'Files of transactions (CSV, Parquet, JSON lines, Excel, SQLite, DuckDB), a pattern in quotes ("sales/*.csv"), '
        "postgresql://user@host/database, or - for what is piped in.",
        '交易文件（CSV、Parquet、JSON lines、Excel、SQLite、DuckDB），带引号的通配符（"sales/*.csv"），'
        "postgresql://用户@主机/数据库，或 - 表示从管道读入。",
    ),
    "option_customer": ("Column of the customer's id.", "客户编号所在的列。"),
    "option_date": ("Column of the date or time stamp.", "日期或时间戳所在的列。"),
    "option_amount": (
        "Column of the money; refunds are negative. none: events without money.",
        "金额所在的列；退款为负。none：没有金额的事件。",
    ),
    "option_order": ("Column of the order's id; without it a day is one order.", "订单号所在的列；没有则一天算一单。"),
    "option_product": ("Column of the product.", "商品所在的列。"),
    "option_category": ("Column of the product's category.", "品类所在的列。"),
    "option_channel": ("Column of the channel.", "渠道所在的列。"),
    "option_cost": ("Column of the cost of each row.", "每行成本所在的列。"),
    "option_currency": ("Column of the currency; more than one is refused.", "币种所在的列；多于一种会被拒绝。"),
    "option_quantity": (
        "Column of the number of pieces; with --price in place of --amount.",
        "件数所在的列；与 --price 一起代替 --amount。",
    ),
    "option_price": ("Column of the price of one piece.", "单价所在的列。"),
    "option_discount": ("Column of the discount, a share of quantity x price.", "折扣所在的列，即件数 × 单价的比例。"),
    "option_refund": ("Column of money paid back, taken off the amount.", "退还金额所在的列，从金额中扣除。"),
    "option_without": (
        "Column of money inside the amount that is left out (tax, shipping); repeatable.",
        "金额中应剔除的部分（税、运费）所在的列；可重复。",
    ),
    "option_where": (
        "Rows to use: a boolean SQL expression such as \"status = 'paid'\".",
        "使用哪些行：布尔 SQL 表达式，例如 \"status = 'paid'\"。",
    ),
    "option_same": (
        "Ids that belong together: two columns, an id and whom its rows count for.",
        "属于同一人的编号：两列，编号及其记录应归入的编号。",
    ),
    "option_rates": (
        "What one unit of each currency is worth, such as USD=1,EUR=1.08.",
        "每种货币一单位值多少，例如 USD=1,EUR=1.08。",
    ),
    "option_table": ("Table of a database, or sheet of an Excel book.", "数据库的表，或 Excel 的工作表。"),
    "option_query": ("Query to a database.", "对数据库的查询。"),
    "option_sheet": (
        "Sheet of an Excel book, or several that are one table, with commas between.",
        "Excel 的工作表；多个工作表合为一张表时用逗号分隔。",
    ),
    "option_header": ("Whether the first line names the columns.", "第一行是否为列名。"),
    "option_skip": ("Lines above the header that are passed over.", "列名之上要跳过的行数。"),
    "option_separator": (
        'What sets fields apart, if not seen; " " is any number of blanks.',
        '字段的分隔符（看不出时给出）；" " 表示任意个空格。',
    ),
    "option_partitions": (
        "Take columns from folders named like region=EU too.",
        "也从 region=EU 这样的文件夹名取列。",
    ),
    "option_encoding": ("Encoding of a CSV, such as gb18030.", "CSV 的编码，例如 gb18030。"),
    "option_refunds": ("What happens to negative amounts.", "如何处理负金额。"),
    "option_zeros": ("What happens to amounts of 0.", "如何处理金额 0。"),
    "option_duplicates": ("What happens to rows that repeat another exactly.", "如何处理完全重复的行。"),
    "option_timezone": ("Zone whose days count, such as Asia/Shanghai.", "以哪个时区的日期为准，例如 Asia/Shanghai。"),
    "option_day_end": ("Hour after midnight at which a business day ends.", "营业日在午夜后几点结束。"),
    "option_date_format": ("How dates are written, such as %d/%m/%Y.", "日期的写法，例如 %d/%m/%Y。"),
    "option_decimal": ('Decimal mark of money that is text ("$1,234.50").', '文本金额（"$1,234.50"）的小数点。'),
    "option_as_of": ("Where the past ends; else the last date of the data.", "历史截止到哪天；默认为数据的最后一天。"),
    "option_profile": (
        "Whose export INPUT is, such as shopify, stripe, taobao.",
        "INPUT 是哪个系统的导出，例如 shopify、stripe、taobao。",
    ),
    "option_memory_limit": ("Most memory to use, such as 2GB.", "内存上限，例如 2GB。"),
}

_ANSWER = {
    "option_output": (
        "Where the table goes, by its ending: .csv, .parquet, .json or .xlsx; - is standard output. An existing file is "
        "replaced, in one step, when all is done; the input itself never. In .csv and .xlsx, text that a spreadsheet "
        "would run as a formula gets an apostrophe in front.",
        "结果表写到哪里，由扩展名决定：.csv、.parquet、.json 或 .xlsx；- 表示标准输出。全部完成后才一步替换已有文件，"
        "绝不覆盖输入。在 .csv 和 .xlsx 中，会被表格软件当作公式的文本前加撇号。",
    ),
    "option_demo_output": ("Folder for what is written.", "写到哪个文件夹。"),
    "option_format": ("Kind of what goes to standard output.", "写到标准输出的格式。"),
    "option_part": (
        "Which table is written, if the command has several; an .xlsx has them all.",
        "命令有多张表时写哪一张；.xlsx 含全部。",
    ),
    "option_plot": ("Draw the picture into this file: .png, .svg or .pdf.", "把图画到该文件：.png、.svg 或 .pdf。"),
    "option_bom": (
        "Begin a CSV with the mark by which Excel knows UTF-8; by default only with --language zh.",
        "CSV 以 Excel 识别 UTF-8 的标记开头；默认仅在 --language zh 时。",
    ),
    "option_quiet": ("Print nothing but errors.", "除错误外什么都不打印。"),
    "option_verbose": ("Also say what was read, and how long it took.", "还说明读了什么、用了多久。"),
    "option_language": ("Language of what is printed and of labels.", "打印内容与标签的语言。"),
    "option_config": (
        "Settings in place of the crmkit.toml of the working folder; none takes no file.",
        "代替当前文件夹 crmkit.toml 的设置文件；none 表示不用。",
    ),
    "option_help": ("Show this, and stop.", "显示本帮助并退出。"),
    "option_version": ("Show the version, and stop.", "显示版本并退出。"),
    "option_install_completion": ("Let this shell complete commands and options.", "为当前 shell 安装命令补全。"),
    "option_show_completion": ("Show the script that completes them.", "显示补全脚本。"),
    "option_debug": ("Show an error's trace.", "显示错误的堆栈。"),
}

_OWN = {
    "option_report_output": (
        "Where the report goes: .html, .xlsx, .ipynb or .json; - is standard output.",
        "报告写到哪里：.html、.xlsx、.ipynb 或 .json；- 表示标准输出。",
    ),
    "option_sql_output": (
        "Where the query goes: a file .sql, or - for standard output.",
        "查询写到哪里：.sql 文件，或 - 表示标准输出。",
    ),
    "option_report_compare": (
        "Compare with an earlier day, or two days with each other.",
        "与较早的一天比较，或比较两天。",
    ),
    "option_sections": ("Which sections, and in which order.", "哪些部分，以及次序。"),
    "option_ids": (
        "Name the first customers of each list to act on; such a page is personal data.",
        "列出各行动名单的前几位客户；这样的页面属于个人数据。",
    ),
    "option_least": ("Withhold the figures of groups with fewer customers.", "客户数更少的组不显示数字。"),
    "option_name": ("Name of the shop, for the title.", "标题中的店名。"),
    "option_dialect": ("Which database runs it.", "由哪种数据库运行。"),
    "option_target": (
        "Its table of customers, with the columns of `crmkit.summarize`.",
        "数据库中的客户表，列与 crmkit.summarize 相同。",
    ),
    "option_forecast": ("Also expected purchases and lifetime value (BG/NBD).", "还给出预期购买与终身价值（BG/NBD）。"),
    "option_fail_if_unassigned": (
        "Exit with 3 if more rows or money have no customer, such as 5%.",
        "没有客户的行或金额超过该比例（例如 5%）时以 3 退出。",
    ),
    "option_fail_if_left_out": (
        "Exit with 3 if more rows or money are not used, such as 10%.",
        "未使用的行或金额超过该比例（例如 10%）时以 3 退出。",
    ),
    "option_state": (
        "Folder of a state (crmkit.State), made if there is none: INPUT is added to it as a batch, and all that it "
        "holds is scored.",
        "状态（crmkit.State）所在的文件夹，没有则新建：INPUT 作为一个批次加入其中，再对其中全部数据评分。",
    ),
    "option_batch": (
        "With --state: name of the batch, by which it is refused a second time; by default the day on which INPUT ends.",
        "与 --state 一起：批次名，同名批次不会再次加入；默认为 INPUT 截止的日期。",
    ),
    "option_replace": (
        "With --state: put INPUT in the place of the batch of that name.",
        "与 --state 一起：用 INPUT 替换同名批次。",
    ),
    "option_bins": ("Levels of the RFM scores.", "RFM 得分的等级数。"),
    "option_scheme": ("Segments.", "客户群方案。"),
    "option_tiers": ("Tiers of the customer pyramid.", "客户金字塔的层级。"),
    "option_horizon": (
        "How far the forecast of purchases and value looks; none leaves it out.",
        "购买与价值预测多远；none 表示不做。",
    ),
    "option_churn_horizon": ("Days without a purchase that count as churn.", "多少天未购买算流失。"),
    "option_clv_horizon": ("How far ahead lifetime value is counted.", "终身价值算到多远。"),
    "option_lost_horizon": ("How long before the past ends the rules are tried.", "在历史截止前多久试用各规则。"),
    "option_winback_horizon": (
        "Time ahead in which a purchase counts as coming back.",
        "今后多长时间内的购买算作回流。",
    ),
    "option_watch_horizon": ("Time after an alert in which it may prove false.", "提醒后多长时间内可被证伪。"),
    "option_backtest_horizon": ("How far to look from it.", "从该日起看多远。"),
    "option_discount_rate": ("Annual and effective: 0.1 is 10 % a year.", "年有效贴现率：0.1 即每年 10%。"),
    "option_margin_rate": (
        "Share of the spend that is margin; 1 counts revenue.",
        "消费额中毛利的比例；1 表示按收入计。",
    ),
    "option_lenses_margin_rate": (
        "Share of revenue that is profit; else revenue less cost, where it is known.",
        "收入中利润的比例；否则在成本已知时用收入减成本。",
    ),
    "option_churn": (
        "Also the probability of no purchase within so long, such as 90D. Fits the churn model first, for seconds to "
        "minutes, and needs scikit-learn.",
        "还给出在此期间（例如 90D）不购买的概率。先拟合流失模型（几秒到几分钟），需要 scikit-learn。",
    ),
    "option_alerts_per_week": (
        "New alerts a week that can be looked into; 0.5 is every other.",
        "每周能处理的新提醒数；0.5 即每两周一个。",
    ),
    "option_score_alerts_per_week": (
        "Also who is on the watch-list now, at so many new alerts a week, such as 20.",
        "还给出现在谁在观察名单上，每周这么多新提醒，例如 20。",
    ),
    "option_cut": ("Where both axes are cut.", "两轴在哪里切分。"),
    "option_share": (
        "With --cut quantile: share of customers not above it, such as 0.8.",
        "配合 --cut quantile：不高于切点的客户比例，例如 0.8。",
    ),
    "option_potential": (
        "Growth potential: residual_clv, or a measure such as mean_order.",
        "增值潜力：residual_clv，或 mean_order 之类的指标。",
    ),
    "option_base": ("First and last day of the base period, with a colon.", "基期的首日和末日，以冒号分隔。"),
    "option_current": ("First and last day of the current period, with a colon.", "本期的首日和末日，以冒号分隔。"),
    "option_retention_base": (
        "Whom the rates are of: those who bought in the period before, or ever.",
        "比率以谁为基数：上期购买者，或曾购买者。",
    ),
    "option_since": ("The earlier day to compare with.", "用来比较的较早一天。"),
    "option_n_clusters": (
        "How many clusters; of several, the best number.",
        "聚成几类；给出范围时取最好的。",
    ),
    "option_period": ("Calendar periods.", "日历周期。"),
    "option_lenses_period": (
        "Length of periods and cohorts; else the longest that fits.",
        "时期与同期群的长度；默认取放得下的最长者。",
    ),
    "option_loyalty_period": ("Calendar periods of the answers.", "回答的日历周期。"),
    "option_customer_id": ("The customer's id; it may also be the last word.", "客户的编号；也可直接写在最后。"),
    "option_origins": ("A past day; several by default.", "过去的某一天；默认用多天。"),
    "option_by": (
        "Groups, by the first purchase; name its column by --channel etc.",
        "按首次购买分组；用 --channel 等指明列。",
    ),
    "option_contracts_by": (
        "Column of groups: its value in a customer's first contract.",
        "分组列：取客户首份合同的值。",
    ),
    "option_loyalty_by": ("Column of groups.", "分组列。"),
    "option_rolling": (
        "Periods that end on the as-of date and before, not those of the calendar.",
        "以截止日期倒推的周期，而非日历周期。",
    ),
    "option_fiscal_start": ("Month in which a year begins, 1 to 12.", "一年从几月开始，1 到 12。"),
    "option_kind": (
        "Bought in the period; in it or later; exactly n days after the first purchase; within days a to b.",
        "在该期购买；在该期或之后；首购后恰好第 n 天；第 a 到 b 天之内。",
    ),
    "option_days": ("Read the curve off here, such as 90D,180D.", "在这些天数读出曲线，例如 90D,180D。"),
    "option_cohorts_days": (
        "Days of the kind n_day, such as 1,7,30, or of the kind bracket, such as 1-30,31-90.",
        "n_day 的天数，例如 1,7,30；或 bracket 的天数段，例如 1-30,31-90。",
    ),
    "option_max_age": ("Last age of the kinds classic and rolling.", "classic 与 rolling 的最大年龄。"),
    "option_min_customers": ("Cells of fewer customers are withheld.", "客户数更少的单元格不显示。"),
    "option_start": ("Column of the contract's first day.", "合同首日所在的列。"),
    "option_end": ("Column of its last day; empty while it is running.", "合同末日所在的列；进行中则为空。"),
    "option_contracts_amount": (
        "Column of the money a month, for recurring revenue.",
        "每月金额所在的列，用于经常性收入。",
    ),
    "option_contracts_as_of": (
        "Where the past ends; contracts reach into the future, so say it.",
        "历史截止到哪天；合同延伸到未来，所以必须给出。",
    ),
    "option_contracts_source": (
        "File of contracts, one row each, of any kind that the others read; - for what is piped in.",
        "合同文件，每份一行，格式与其他命令相同；- 表示从管道读入。",
    ),
    "option_loyalty_source": (
        "File of a survey, one row per answer, of any kind that others read; - for what is piped in.",
        "调查文件，每个回答一行，格式与其他命令相同；- 表示从管道读入。",
    ),
    "option_loyalty_date": ("Column of the date of the answer.", "回答日期所在的列。"),
    "option_score": ("Column of the recommendation score; none leaves it out.", "推荐分所在的列；none 表示不用。"),
    "option_items": ("What is bought together; name its column by --product.", "看什么一起买；用 --product 指明列。"),
    "option_loyalty_items": ("Columns of the items' scores.", "各项得分所在的列。"),
    "option_overall": ("Column of the overall score, to find what drives it.", "总分所在的列，用于找驱动因素。"),
    "option_top": ("How many of the highest answers of an item count as satisfied.", "最高的几档算满意。"),
    "option_scale": ("Scale of the items.", "各项的分值范围。"),
    "option_returning": (
        "Share of the returns that are to come within the limit, such as 0.9.",
        "界限之内应完成的回购比例，例如 0.9。",
    ),
    "option_inactive": (
        "Days without a purchase after which a customer is lost, such as 90D.",
        "多少天未购买即算流失，例如 90D。",
    ),
    "option_time": (
        "Of a table of durations: column of how long each customer stayed.",
        "时长表：每位客户停留多久所在的列。",
    ),
    "option_event": (
        "With --time: column of who left (1, true, yes) or did not.",
        "配合 --time：是否已离开（1、true、yes）所在的列。",
    ),
    "option_times": ("Read the curves off here, such as 90D,1Y.", "在这些时点读出曲线，例如 90D,1Y。"),
    "option_within": ("What a basket is.", "购物篮指什么。"),
    "option_repurchase_within": (
        "Time in which a purchase must be followed by the next one.",
        "多长时间内须有下一次购买。",
    ),
    "option_most": (
        "The last order number of its own; later ones are counted with it.",
        "单列的最后一个购买次序；之后的并入其中。",
    ),
    "option_compare": (
        "Also compare the groups of --by, or the last year with the one before.",
        "还比较 --by 的各组，或最近一年与前一年。",
    ),
    "option_baseline": (
        "With --compare: the group to compare with; else the largest.",
        "配合 --compare：与哪一组比较；默认最大的组。",
    ),
    "option_window": ("First and last day of the period, with a colon.", "时段的首日和末日，以冒号分隔。"),
    "option_watch_window": ("The present in which spend may have dropped.", "看消费是否下降的近期窗口。"),
    "option_min_orders": (
        "Baskets that a pair must be in: a number, or below 1 a share of them.",
        "一对商品至少出现的购物篮数；小于 1 表示比例。",
    ),
    "option_left": (
        "Most items on the left side of a rule; with 1, pairs are listed.",
        "规则左侧最多几项；1 即列出成对商品。",
    ),
    "option_n": ("Items to offer each customer, in the list that is written.", "写出的名单中向每位客户推荐几项。"),
    "option_new_only": ("Offer only what the customer never bought.", "只推荐客户从未买过的。"),
    "option_contact_cost": (
        "Cost of contacting one customer, incentive included.",
        "联系一位客户的成本（含激励）。",
    ),
    "option_churn_contact_cost": (
        "For a campaign: cost of contacting one customer.",
        "用于活动：联系一位客户的成本。",
    ),
    "option_value": ("What a customer who comes back brings; else estimated.", "回流客户带来多少；默认估计。"),
    "option_churn_value": ("For a campaign: what a kept customer is worth.", "用于活动：留住一位客户值多少。"),
    "option_save_rate": (
        "For a campaign: share of contacted churners who are kept.",
        "用于活动：被联系的流失者中留住的比例。",
    ),
    "option_incentive": (
        "For a campaign: cost of what is given to those who stay.",
        "用于活动：给留下者的激励成本。",
    ),
    "option_response": (
        "Chance that a contacted customer comes back, as a test campaign gave it.",
        "被联系的客户回流的概率，由测试活动得出。",
    ),
    "option_weeks": ("Past weeks of the back-test that sets the threshold.", "设定门槛的回测用过去多少周。"),
}

WORDS: dict[str, tuple[str, str]] = {**_AROUND, **_COMMANDS, **_INPUT, **_ANSWER, **_OWN}
