"""Monitoring of pledged rights and loans: what has changed, its effect, and the tasks with their deadlines."""
