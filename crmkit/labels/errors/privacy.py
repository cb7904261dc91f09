"""Words for privacy: keys, ids, small cells."""

from __future__ import annotations

WORDS = {
    "privacy_column": (
        'no column {absent}; the table has {columns}. Name the column of ids, such as customer="buyer" or '
        'columns=["buyer"].',
        '没有列 {absent}；表中有 {columns}。请指明编号列，例如 customer="buyer" 或 columns=["buyer"]。',
    ),
    "key_bytes": (
        "key= must be bytes that nobody else knows. Make one by secrets.token_bytes(32), keep it in a file, and give "
        'key=crmkit.privacy.load_key("secret.key").',
        "key= 必须是他人不知道的字节串。请用 secrets.token_bytes(32) 生成，存入文件，并使用 "
        'key=crmkit.privacy.load_key("secret.key")。',
    ),
    "key_length": (
        "a key of {n} bytes is not one for reversible ids, which need 32, 48 or 64. Make one by "
        "secrets.token_bytes(32).",
        "{n} 字节的密钥不能用于可还原的编号，需要 32、48 或 64 字节。请用 secrets.token_bytes(32) 生成。",
    ),
    "key_file": (
        "cannot read the key {path!r}: {reason}. Check the path and who may read it.",
        "无法读取密钥 {path!r}：{reason}。请检查路径与读取权限。",
    ),
    "key_empty": (
        "the key {path!r} is empty. Make one by secrets.token_bytes(32).",
        "密钥 {path!r} 为空。请用 secrets.token_bytes(32) 生成。",
    ),
    "key_variable": (
        "the environment has no key in hexadecimal under {given}. Set it, or name a file: "
        'crmkit.privacy.load_key("secret.key").',
        '环境变量 {given} 中没有十六进制的密钥。请设置它，或指明文件：crmkit.privacy.load_key("secret.key")。',
    ),
    "needs_cryptography": (
        'reversible ids need cryptography. Run: pip install "crmkit[privacy]".',
        '可还原的编号需要 cryptography。请运行：pip install "crmkit[privacy]"。',
    ),
    "not_of_this_key": (
        "column {column!r} has {value!r}, which is no pseudonym that this key made. Only reversible ones can be "
        "restored, with the key of then.",
        "列 {column!r} 中的 {value!r} 不是用此密钥生成的代号。只有可还原的代号才能用当时的密钥还原。",
    ),
    "refit": (
        "a fitted {given} carries everybody it was fitted on in its parameters. Erase them from the data and fit it "
        "again.",
        "已拟合的 {given} 的参数中含有所有用于拟合的客户。请从数据中删除后重新拟合。",
    ),
    "suppress_lazy": (
        "small cells are withheld in a table in memory. Collect it first.",
        "小单元格的抑制只适用于内存中的表。请先取出数据。",
    ),
}
