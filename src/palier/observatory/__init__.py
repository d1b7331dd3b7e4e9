"""Figures on demand and allocations, and the clocks of vacancies. Holds read models without identity; small numbers are
hidden when shown."""
