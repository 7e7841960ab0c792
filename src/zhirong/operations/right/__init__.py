"""A firm's rights: forms, lists, checks."""
