"""How much a lender can lend to a firm on its cash, its rights and those who share the loss (credit-limit method).

First the numbers (``need``, ``capacity``, ``exposure``, ``risk``, ``price``, ``limit``), then the words
(``wording``): every figure can be recalculated on paper. Amounts are whole fen, rates exact fractions. There is no
simulation.
"""
