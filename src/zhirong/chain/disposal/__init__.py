"""Disposal of pledged rights: the options for selling or using them, their costs and proceeds, and the distribution
of the price.
"""
