"""Organisations on the platform: who is confirmed, who is invited, what a firm lets others see."""
