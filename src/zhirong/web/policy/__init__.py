"""The pages of an organisation's own policy, for every kind of organisation that has one."""
