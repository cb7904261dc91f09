"""Words of clusters of customers."""

_COLUMNS = {
    "cluster": ("cluster", "聚类编号"),
    "cluster_label": ("cluster", "聚类名称"),
    "n_clusters": ("number of clusters", "聚类数"),
    "votes": ("votes", "得票数"),
    "voted_by": ("voted by", "投票的准则"),
    "recommended": ("recommended", "推荐"),
    "median_recency": ("median days since last purchase", "距最近一次消费天数的中位数"),
    "median_frequency": ("median orders", "消费频率的中位数"),
    "median_monetary": ("median spend", "消费金额的中位数"),
    # columns of its tables
    "column_calinski_harabasz": ("Calinski-Harabasz", "Calinski-Harabasz 指数"),
    "column_davies_bouldin": ("Davies-Bouldin", "Davies-Bouldin 指数"),
    "column_gap_error": ("error of the gap statistic", "间隙统计量标准误"),
    "column_silhouette": ("silhouette", "轮廓系数"),
    "column_column": ("column", "列"),
    "column_skewness": ("skewness", "偏度"),
    "column_skewness_after": ("skewness after", "变换后偏度"),
    "column_transform": ("transform", "变换"),
}

_CRITERIA = {
    "criterion_silhouette": ("silhouette", "轮廓系数"),
    "criterion_calinski_harabasz": ("Calinski-Harabasz", "CH 指数"),
    "criterion_davies_bouldin": ("Davies-Bouldin", "DB 指数"),
    "criterion_gap": ("gap statistic", "Gap 统计量"),
    "criterion_bic": ("BIC", "BIC"),
    "criterion_stability": ("stability", "稳定性"),
}

# Few days since the last purchase are good, so "low" recency is a recent customer.
_NAMES = {
    "cluster_recency_very_low": ("very recent", "刚刚消费"),
    "cluster_recency_low": ("recent", "近期消费"),
    "cluster_recency_high": ("inactive", "久未消费"),
    "cluster_recency_very_high": ("long inactive", "长期未消费"),
    "cluster_frequency_very_low": ("very rare buyers", "极低频"),
    "cluster_frequency_low": ("rare buyers", "低频"),
    "cluster_frequency_high": ("frequent", "高频"),
    "cluster_frequency_very_high": ("very frequent", "极高频"),
    "cluster_monetary_very_low": ("very low spend", "极低消费"),
    "cluster_monetary_low": ("low spend", "低消费"),
    "cluster_monetary_high": ("high spend", "高消费"),
    "cluster_monetary_very_high": ("very high spend", "极高消费"),
    "cluster_tenure_very_low": ("very new", "最近新客"),
    "cluster_tenure_low": ("new customers", "新客户"),
    "cluster_tenure_high": ("old customers", "老客户"),
    "cluster_tenure_very_high": ("very old customers", "资深老客户"),
    "cluster_mean_order_very_low": ("very small orders", "极小客单价"),
    "cluster_mean_order_low": ("small orders", "低客单价"),
    "cluster_mean_order_high": ("large orders", "高客单价"),
    "cluster_mean_order_very_high": ("very large orders", "极高客单价"),
    "cluster_any_very_low": ("very low {column}", "{column}很低"),
    "cluster_any_low": ("low {column}", "{column}偏低"),
    "cluster_any_high": ("high {column}", "{column}偏高"),
    "cluster_any_very_high": ("very high {column}", "{column}很高"),
    "cluster_average": ("average in all", "各项中等"),
    "cluster_name_mean": ("{name}; mean {column} {mean}", "{name}，平均{column} {mean}"),
    "cluster_name_number": ("{name} (no. {number})", "{name}（第 {number} 类）"),
}

_SENTENCES = {
    "cluster_said_voted": (
        "{k} clusters: recommended by {votes} of {criteria} criteria ({names}).",
        "推荐分为 {k} 类：{criteria} 个准则中有 {votes} 个支持（{names}）。",
    ),
    "cluster_said_unvoted": (
        "{k} clusters: no criterion could be computed on so few customers.",
        "推荐分为 {k} 类：客户太少，无法计算任何准则。",
    ),
    "cluster_said_asked": ("{k} clusters, as asked for.", "按要求分为 {k} 类。"),
    "cluster_said_figures": (
        "Silhouette {silhouette} (customers without any structure would give up to {cloud}); clusters fitted on two "
        "halves of the customers agree to {stability} (adjusted Rand index, 1 is full agreement).",
        "轮廓系数 {silhouette}（毫无结构的客户最多可达 {cloud}）；"
        "用两半客户分别聚类，结果的一致程度为 {stability}（调整兰德指数，1 为完全一致）。",
    ),
    "cluster_said_clear": ("The clusters are clear.", "聚类结构清晰。"),
    "cluster_said_weak": (
        "The clusters are weak ({why}): they overlap, and customers near an edge could as well be on its other side.",
        "聚类结构较弱（{why}）：各类有重叠，边界附近的客户归入另一类也说得通。",
    ),
    "cluster_said_none": (
        "There are no clear clusters ({why}): the customers form one cloud, and the groups are slices of it. "
        "Use them as a convenience, or rules such as RFM segments.",
        "没有明显的聚类（{why}）：客户是连成一片的整体，这些组只是人为切分。可作参考，或改用 RFM 分群等规则。",
    ),
    "cluster_why_cloud": (
        "the silhouette is no better than without any structure",
        "轮廓系数不比毫无结构时更高",
    ),
    "cluster_why_silhouette": ("silhouette below {bound}", "轮廓系数低于 {bound}"),
    "cluster_why_stability": ("agreement of the halves below {bound}", "两半客户的一致程度低于 {bound}"),
    "cluster_note_memory": (
        "Held in memory: {columns} columns of {customers} customers, {size} MB, about five times that at the peak.",
        "占用内存：{customers} 位客户的 {columns} 列，共 {size} MB，峰值约为其五倍。",
    ),
    "cluster_note_sample": (
        "Fitted on {fitted} of {customers} customers, evenly spaced in the order of their values; all were assigned.",
        "用 {customers} 位客户中的 {fitted} 位（按数值排序等距抽取）建立聚类，再为全部客户归类。",
    ),
    "cluster_note_empty": (
        "{asked} clusters were fitted, but for {empty} of them no customer was the likeliest; they were dropped.",
        "共建立 {asked} 类，其中 {empty} 类没有归入任何客户，已去掉。",
    ),
}

_PLOTS = {
    "plot_cluster_votes": (
        "framed: the number chosen; ★: the vote of a criterion; darker is better within a row",
        "方框：选定的聚类数；★：该准则的投票；同一行中颜色越深越好",
    ),
    "plot_cluster_relative": (
        "in each cell: the cluster's mean; in brackets, and as colour: standard deviations above (+) or below (−) "
        "all customers",
        "格内数字：该类的平均值；括号内和颜色：高于（+）或低于（−）全体客户的标准差数",
    ),
    "plot_cluster_customers": ("{number} customers ({share})", "{number} 位客户（{share}）"),
}

WORDS: dict[str, tuple[str, str]] = {**_COLUMNS, **_CRITERIA, **_NAMES, **_SENTENCES, **_PLOTS}
