"""Grids in force and the points of each (demand, territory), with their explanation.

The calculation itself is `law.cotation`; this app stores grids and results and keeps them up to date.
"""
