"""The papers of a financing: contracts, forms, notices, statements; each made from plain facts, as Word and as PDF, in Chinese."""
