"""Grids shipped with Palier, one TOML file each: an example, and the published parts of real ones."""
