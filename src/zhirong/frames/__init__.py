"""The functions for tables: they take and return a DataFrame, or a dictionary of arrays.

Names of columns carry the unit: ``amount_yuan``, ``rate_percent`` (3.45 is 3.45 %), ``term_months``. Every cell is
checked first, and one ``InputError`` reports all problems. The results equal those of the single functions to the
fen. Amounts are yuan as floats, exact to the fen up to 90 trillion. ``COLUMNS`` lists the columns of each function.
"""

from zhirong.frames.appraisals import appraise_many
from zhirong.frames.column_lists import COLUMNS
from zhirong.frames.losses import settle_many
from zhirong.frames.quotes import quote_many
from zhirong.frames.schedules import schedule_many

__all__ = ["COLUMNS", "appraise_many", "quote_many", "schedule_many", "settle_many"]
