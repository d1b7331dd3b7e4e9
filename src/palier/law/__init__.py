"""The rules of law and the published formulas, as pure functions.

Owns nothing stored: facts come in as frozen dataclasses, dated parameters from `law/parameters`, and a
result goes out with its reasons in words. Nothing here knows Django, a database or a clock: the day on
which a rule is applied is always an argument. One page per algorithm stands in `docs/algorithms`.
"""
