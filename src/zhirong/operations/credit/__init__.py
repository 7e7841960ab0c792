"""The lender's diligence, review, limits and portfolio."""
