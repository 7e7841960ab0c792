"""The lender's decisions on a case, its limits and its portfolio."""
