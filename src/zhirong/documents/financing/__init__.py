"""The documents of a financing: contracts, forms, notices, statements; each generated from plain facts as Word and
PDF, in Chinese.
"""
