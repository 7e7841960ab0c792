"""A fictional region for training: firms, banks, rights and loans in every state, made with the operations that
people use.
"""
