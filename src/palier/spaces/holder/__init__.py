"""Reservation holders: the dwellings whose turn is theirs."""
