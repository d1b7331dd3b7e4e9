"""Figures on demand and allocations. Holds read models without identity; small numbers are hidden when shown."""
