"""Everything that happens to a loan's money after disbursement, replayed exactly from its events.

``replay`` turns events into a state; ``to_book`` turns the difference between that and the books into entries;
``classify`` and ``provision`` classify the loan and calculate its provision; ``end_of_day`` does the same for a
portfolio in arrays.
"""
