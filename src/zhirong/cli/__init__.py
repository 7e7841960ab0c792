"""The command line: thin, and quick to start, since each command is imported only when it is called."""
