"""Which encoding a text that is not UTF-8 is written in: judged on how common its characters would be.

A guess is only ever proposed, never acted on: the wrong one turns names into other names and leaves the money as it is.

Sources: GB 2312 (level 1: 3,755 common characters, rows 16 to 55), Big5 (frequently used characters, A4 to C6),
JIS X 0208 (kana, level 1: rows 16 to 47), KS X 1001 (hangul, rows 16 to 40).
"""

from __future__ import annotations

from collections.abc import Callable

_LOOK = 1 << 20
_ENOUGH = 0.9  # of the characters beyond ASCII must be common ones
_KANA = range(0x3040, 0x3100)
_HANGUL = range(0xAC00, 0xD7A4)
_CYRILLIC = range(0x0410, 0x0460)
_MARKS = set("，。、；：？！“”‘’（）《》【】·—…￥　・ー「」〜％／＋－０１２３４５６７８９")


def guessed(file: str) -> str | None:
    """The likely encoding of a file that is not UTF-8; None if none is likely."""
    with open(file, "rb") as opened:
        text = opened.read(_LOOK)
    if text.count(b"\0") > len(text) / 4 or not any(byte > 127 for byte in text):
        return None
    shares = {name: _share(text, name, common) for name, common in _COMMON.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] >= _ENOUGH:
        return best
    return "cp1252" if _decoded(text, "cp1252") is not None else "latin-1"


def _share(text: bytes, name: str, common: Callable[[str], bool]) -> float:
    """Of the characters beyond ASCII, how many are common; 0 if it cannot be read so."""
    decoded = _decoded(text, name)
    if decoded is None:
        return 0.0
    wide = [character for character in decoded if character > "\x7f"]
    return sum(character in _MARKS or common(character) for character in wide) / len(wide) if wide else 0.0


def _decoded(text: bytes, name: str) -> str | None:
    """The text, but for a character that is cut off at the end."""
    for end in range(len(text), max(len(text) - 4, 0), -1):
        try:
            return text[:end].decode(name)
        except UnicodeDecodeError as error:
            if len(text) < _LOOK or error.start < len(text) - 4:
                return None
    return None


def _first_byte(name: str, least: int, most: int) -> Callable[[str], bool]:
    def common(character: str) -> bool:
        try:
            code = character.encode(name)
        except UnicodeEncodeError:
            return False
        return len(code) == 2 and least <= code[0] <= most

    return common


def _is_japanese(character: str) -> bool:
    return ord(character) in _KANA or _first_byte("shift_jis", 0x88, 0x97)(character)


# In this order where two are equally likely.
_COMMON: dict[str, Callable[[str], bool]] = {
    "euc_kr": lambda character: ord(character) in _HANGUL,
    "gb18030": _first_byte("gb2312", 0xB0, 0xD7),
    "big5": _first_byte("big5", 0xA4, 0xC6),
    "shift_jis": _is_japanese,
    "cp1251": lambda character: ord(character) in _CYRILLIC,
}
