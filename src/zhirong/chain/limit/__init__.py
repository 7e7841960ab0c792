"""How much a lender can lend to a firm on its cash, its rights and anyone who shares the loss (credit-limit
method).

Pure numbers first (``need``, ``capacity``, ``exposure``, ``risk``, ``price``, ``limit``), then the words
(``wording``): every figure can be recomputed on paper. Amounts are whole fen, rates exact fractions. Nothing here
is simulated.
"""
