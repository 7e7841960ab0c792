"""Calculator input carried over to an application: kept in the session at the visitor's request."""

APPLY_WITH = "apply_with"
CARRIED = ("amount", "term_months")
