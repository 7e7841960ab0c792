"""The foundation of every link of the chain: money, days, identifiers, rules at a date, explanations, errors."""
