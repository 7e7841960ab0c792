"""What the platform itself does for everyone: background jobs, file imports, messages between organisations."""
