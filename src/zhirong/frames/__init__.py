"""The jobs on whole tables: a DataFrame in, a DataFrame out; or a dictionary of arrays in, a dictionary of arrays out.

Names of columns carry the unit: ``amount_yuan``, ``rate_percent`` (3.45 is 3.45 %), ``term_months``. Every cell is
checked first, and all that is wrong comes in one ``InputError``. What comes out equals the single function to the
fen; amounts are yuan as floats, exact to the fen up to 90 trillion. ``COLUMNS`` lists what each function takes.
"""

from zhirong.frames.appraisals import appraise_many
from zhirong.frames.column_lists import COLUMNS
from zhirong.frames.losses import settle_many
from zhirong.frames.quotes import quote_many
from zhirong.frames.schedules import schedule_many

__all__ = ["COLUMNS", "appraise_many", "quote_many", "schedule_many", "settle_many"]
