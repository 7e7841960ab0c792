"""Pages of a financing from its contracts to its end, for lender, firm and guarantor."""
