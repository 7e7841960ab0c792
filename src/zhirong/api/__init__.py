"""The API: everything a desk can do, for programs; made from the same declarations as the pages."""
