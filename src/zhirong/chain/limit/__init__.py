"""The credit-limit method: how much a lender can lend to a firm, given its cash, its rights and the parties that
share the loss. The modules ``need``, ``capacity``, ``exposure``, ``risk``, ``price`` and ``limit`` calculate;
``wording`` explains. Every figure can be recalculated on paper. Amounts are whole fen, rates exact fractions. There
is no simulation.
"""
