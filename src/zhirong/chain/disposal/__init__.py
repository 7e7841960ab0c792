"""Disposal of pledged rights: the ways to sell or use them, what each costs and brings, and who gets the price."""
