"""Dwellings, vacancies, offers, contingents and the landlord's dated statements that an offer still stands.

Knows nothing of households: applications hang on offers from their own app.
"""
