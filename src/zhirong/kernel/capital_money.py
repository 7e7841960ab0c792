"""Write an amount in the capital characters used in contracts and receipts (人民币大写), exact to the fen.

The usual rules apply: a run of zeros between two digits is one 零; an amount that ends with yuan or jiao ends with
整; one that ends with fen does not; fen without jiao are preceded by 零. Where usage leaves 零 optional (a group of
four digits that ends in zero before one that does not begin with zero, yuan that end in zero before jiao) it is
omitted.
"""

from zhirong.kernel.money import FEN_PER_YUAN, Fen

MOST_CAPITAL = 10**16 - 1  # Sixteen digits of fen: just below a hundred trillion yuan.
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 10_000
_WHOLE_PLACE = 1_000  # a group below it begins with zero


def capital_yuan(fen: Fen) -> str:
    """Return ``人民币贰佰万元整`` for 200,000,000 fen. Raises ValueError for a negative amount and for more than sixteen
    digits.
    """
    if not 0 <= fen <= MOST_CAPITAL:
        raise ValueError(f"amount cannot be written in capital characters: {fen}")
    whole, rest = divmod(fen, FEN_PER_YUAN)
    jiao, last = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole or not rest else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif last and whole:
        words += "零"
    words += f"{_DIGITS[last]}分" if last else "整"
    return f"人民币{words}"


def _whole(yuan: int) -> str:
    """Return a whole number of yuan: four digits at a time, from the left."""
    if yuan == 0:
        return _DIGITS[0]
    groups = []
    while yuan:
        yuan, group = divmod(yuan, _GROUP)
        groups.append(group)
    words, is_gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if group == 0:
            is_gap = bool(words)
            continue
        if words and (is_gap or group < _WHOLE_PLACE):
            words += _DIGITS[0]
        words += _group(group) + _unit(place, groups)
        is_gap = False
    return words


def _unit(place: int, groups: list[int]) -> str:
    """Return the word after a group. Above 亿 it is 万 alone if a group of 亿 follows, since that says 亿 for both."""
    if place == len(_GROUPS) - 1 and groups[place - 1]:
        return "万"
    return _GROUPS[place]


def _group(number: int) -> str:
    """Return four digits, not all zero, without leading zeros."""
    words, is_gap = "", False
    for place in reversed(range(len(_PLACES))):
        digit = number // 10**place % 10
        if digit == 0:
            is_gap = bool(words)
            continue
        words += (_DIGITS[0] if is_gap else "") + _DIGITS[digit] + _PLACES[place]
        is_gap = False
    return words
