"""Write shares and multiples as text. ``plain_words`` explains a mode in plain words, ``summary`` gives it to
programs.
"""

from fractions import Fraction

from zhirong.kernel.explain import plain
from zhirong.kernel.money import quantise_rate


def percent(share: Fraction) -> str:
    """Return a share as text for display, such as 54 %."""
    return f"{plain(quantise_rate(share * 100, 4))} %"


def plain_share(share: Fraction) -> str:
    """Return a share or multiple as a plain decimal."""
    return plain(quantise_rate(share, 8))
