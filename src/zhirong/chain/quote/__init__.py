"""From rights to a quote: eligibility checks, pledge rate, credit limit, and the result of each financing mode for
everyone.

``reading`` reads a case, ``quote`` answers it, ``view`` shows the answer as data. The other modules are its steps.
"""
