"""Pages of a loan from its contracts to its end, for lender, firm and guarantor."""
