"""Candidacies on offers, their ranks, the shortlists sent to landlords, and the landlord's instruction.

What happens at and after the commission is told by `commissions` and `allocations`.
"""
