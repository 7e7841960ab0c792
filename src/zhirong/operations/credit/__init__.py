"""The lender's due diligence, review, limits and portfolio."""
