"""Running the platform: rules, audit, check, backup, security."""
