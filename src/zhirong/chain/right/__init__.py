"""Intellectual property rights: what they are, how long they live, in which state they stand."""
