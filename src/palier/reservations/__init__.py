"""Reservations by yearly flow (CCH R441-5): conventions between a landlord and a holder, whose turn each vacancy is and
until when, the yearly balance. Owns neither dwellings nor candidates: `homes` has the first, `applications` the second.
"""
