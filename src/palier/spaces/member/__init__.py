"""Members of commissions."""
