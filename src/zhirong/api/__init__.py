"""The API: every function of the desks for programs, generated from the same declarations as the pages."""
