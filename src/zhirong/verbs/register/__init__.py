"""The register's verbs, and the same as operations of the platform."""
