"""What a firm keeps, asks and allows."""
