"""Disposal of pledged rights: the ways to sell or use them, their costs and proceeds, and the distribution of the
price.
"""
