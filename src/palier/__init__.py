"""Palier: the whole French social-housing chain on one set of true data."""

__version__ = "0.1.0"
