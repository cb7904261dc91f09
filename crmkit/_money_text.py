"""The grammar of money that is text: sign, currency mark, grouped digits, decimals, multiplier.

What the grammar does not know is not read, and never reduced to its digits: "2 x 5.00" is no 25.00 and "4.00 CR" is
neither a sale nor a refund until somebody says so. The expressions are those that every table engine reads alike.

Sources: ISO 4217 for codes of currencies; Unicode Standard 15, table 6-3 (dashes) and chapter 6.2 (spaces).
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[".", ","]

# Written otherwise, meant alike: wide forms of East Asian fonts, typographic minus signs, spaces that do not break.
SAME: dict[str, str] = {
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    "．": ".", "，": ",", "（": "(", "）": ")", "＋": "+", "\ufe62": "+", "＄": "$", "￥": "¥", "￡": "£", "￦": "₩",
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000", " "), **{chr(0x2000 + k): " " for k in range(11)},
    **dict.fromkeys("\u2018\u2019\u02bc", "'"),
}  # fmt: skip

_SIGNS = ("US$", "NT$", "HK$", "C$", "CA$", "A$", "AU$", "NZ$", "S$", "R$", "MX$", "$", "€", "£", "¥", "₹", "₩", "₽",
          "₺", "₫", "₴", "₪", "฿", "₱", "₦", "₡", "₲", "₸", "₼", "₾", "RM", "Rp", "Rs.", "Rs", "kr.", "kr", "Kč", "zł",
          "Ft", "lei", "лв", "руб.", "руб", "р.", "Fr.", "元", "圆", "円", "원", "RMB", "人民币", "美元", "欧元",
          "日元", "港元", "港币", "新台币")  # fmt: skip
_CODES = (
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF",
    "CLP", "CNH", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN",
    "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL",
    "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR",
    "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL",
    "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN",
    "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON",
    "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP",
    "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "USD", "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR",
    "ZMW", "ZWL",
)  # fmt: skip

_EXPONENTS = {"千": 3, "k": 3, "K": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}

PLAIN = r"^ *[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})? *$"
# Of plain numbers, the one form that is another number where "," is the decimal mark: there 1.234 is over a thousand.
GROUPED = r"^ *[+-]?[1-9]\d{0,2}\.\d{3} *$"
# Whole thousands with commas that cannot be decimals: 1,099.50 and 1,234,567, but not 1,234.
CERTAIN = r"^ *[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,}) *$"
# No money, but no mistake either: what people write where there is none.
NOTHING = r"^(?i:|-+|n/?a|#n/a|nan|null|none|nil|无|空)$"

# Letters that mean a thousand to some and a million or more to others: 5M, 2 mn, 1.5B.
LETTERS = r"(?i:\d *(?:mm?|mn|mio|mill?|mrd|bn?|tn?)\.?)$"
# Currencies whose smallest unit is a thousandth (ISO 4217). Beside any other one, three digits behind the decimal mark
# are more likely thousands (Rp 15.000), and are not read.
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")

PARTS = ("open", "sign", "before", "inner", "number", "exponent", "many", "after", "behind", "close")


def _any_of(words: tuple[str, ...]) -> str:
    escaped = (word.replace("$", r"\$").replace(".", r"\.") for word in sorted(words, key=len, reverse=True))
    return "|".join(escaped)


def pattern(decimal: Mark) -> str:
    """The expression of money with this decimal mark, in groups by `PARTS`; texts are to be made `SAME` first.

    Groups of three, or of two before the last three as in India, all by one mark; a first group begins with no 0, for
    0,123 is a decimal comma. At most one sign and one currency are for the reader of the parts to check.
    """
    own, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    grouped = "|".join(
        rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|[1-9]\d?(?:{mark}\d{{2}})+{mark}\d{{3}}" for mark in (other, "'", " ")
    )
    number = rf"(?:{grouped}|\d+)(?:{own}\d*)?|{own}\d+"
    currency = rf"(?:{_any_of(_SIGNS)}|(?i:{'|'.join(_CODES)}))"
    return (
        rf"^ *(\(?) *([+-]?) *({currency}?) *([+-]?) *({number})(?:[eE]([+-]?\d{{1,2}}))? *"
        rf"([{''.join(_EXPONENTS)}]?) *({currency}?) *([+-]?) *(\)?) *$"
    )


def may_be_thousands(text: str, decimal: Mark) -> bool:
    """Whether this is a currency with three digits behind the mark, which may be decimals or thousands.

    >>> may_be_thousands("Rp 15.000", "."), may_be_thousands("15.000 KWD", "."), may_be_thousands("Rp 15.00", ".")
    (True, False, False)
    """
    found = re.match(pattern(decimal), "".join(SAME.get(letter, letter) for letter in text.strip()))
    if found is None:
        return False
    part = dict(zip(PARTS, found.groups(), strict=True))
    currency = f"{part['before'] or ''}{part['after'] or ''}".upper()
    alike = re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}", part["number"])
    return bool(alike and currency and currency not in THOUSANDTHS)


def exponents() -> dict[str, int]:
    """Zeros that a multiplier such as 万 adds."""
    return dict(_EXPONENTS)
