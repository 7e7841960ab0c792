"""The command line. It starts quickly, because each command is imported only when it is called."""
