"""The documents of the platform: contracts, notices, reports and their signatures."""
