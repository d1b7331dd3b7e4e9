"""Local authorities."""
