"""The registrar's desk, and the public pages of the register."""
