"""What anybody can see without an account."""
