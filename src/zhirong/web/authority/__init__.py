"""The desk of a supervisory authority: figures of its region, without any company's data."""
