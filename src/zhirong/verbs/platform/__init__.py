"""Running the platform: organisations, accounts, rules, audit, check and backup."""
