"""People, organisations, memberships and roles; turns a request into the Actor who makes it.

Owns no housing data: what an actor may see of a dossier is said by the app that owns the dossier.
"""
