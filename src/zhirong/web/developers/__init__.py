"""Pages for developers: the functions of the API, and access to it."""
