"""The platform's own services: background jobs, file imports, messages between organisations."""
