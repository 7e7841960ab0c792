"""What a visitor takes from the calculator to an application: kept in the session when the visitor asks for it."""

APPLY_WITH = "apply_with"
CARRIED = ("amount", "term_months")
