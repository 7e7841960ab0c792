"""The registrar's desk, and the register as the public sees it."""
