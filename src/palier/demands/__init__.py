"""The demand for housing: the national form, its number, its wishes and its life.

Owns the household's declared facts and every version of them. Documents, points and applications
hang on it but live in their own apps.
"""
