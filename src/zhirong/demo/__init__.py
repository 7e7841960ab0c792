"""A region made up for training: firms, banks, rights and loans in every state, made through the operations that people use."""
