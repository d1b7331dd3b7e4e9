"""Support agents and administrators."""
