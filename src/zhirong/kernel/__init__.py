"""What every link of the chain stands on: money, days, identifiers, rules at a date, explanations, errors."""
