"""Indicators of a right's quality: scores for ranking and screening; a score never becomes a value."""

from zhirong.chain.indicators.answers import Answer, form, read_answers
from zhirong.chain.indicators.royalty import RoyaltyPosition, position_of, royalty_in_range
from zhirong.chain.indicators.score import IndicatorScore, Screening, rank, score_right, screen
from zhirong.chain.indicators.system import System, read_system, system_ids

__all__ = [
    "Answer",
    "IndicatorScore",
    "RoyaltyPosition",
    "Screening",
    "System",
    "form",
    "position_of",
    "rank",
    "read_answers",
    "read_system",
    "royalty_in_range",
    "score_right",
    "screen",
    "system_ids",
]
