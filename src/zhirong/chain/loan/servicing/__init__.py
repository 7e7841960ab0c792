"""Everything that happens to a loan's money after the drawdown, replayed exactly from its events.

``replay`` folds events into a state; ``to_book`` turns the difference between that and the books into entries;
``classify`` and ``provision`` judge it; ``end_of_day`` does the same for a portfolio in arrays.
"""
