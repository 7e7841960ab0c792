"""From rights to a quote: gates, pledge rate, line, and what each financing mode would mean for everyone.

``reading`` reads a case, ``quote`` answers it, ``view`` shows the answer as data. The other modules are its steps.
"""
