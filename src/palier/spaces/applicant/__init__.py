"""The household's own space."""
