"""Registration desks."""
