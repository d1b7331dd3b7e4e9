"""Landlords' agents and the secretaries of their commissions."""
