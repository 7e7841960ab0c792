"""The register of pledges: filings, orders, certificates, checks."""
