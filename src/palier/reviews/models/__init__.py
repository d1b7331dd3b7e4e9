"""Tenancies, their triennial reviews, and what a session examines of them."""

from palier.reviews.models.examination import Examination, StepOut, Voice
from palier.reviews.models.review import FollowUp, Review
from palier.reviews.models.tenancy import Tenancy

__all__ = ["Examination", "FollowUp", "Review", "StepOut", "Tenancy", "Voice"]
