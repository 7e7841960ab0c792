"""What every step of a case shares: its tables, its transitions, its issued documents."""
