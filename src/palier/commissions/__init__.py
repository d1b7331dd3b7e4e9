"""The allocation commission (CALEOL, CCH L441-2, R441-3, R441-9): seats, sessions, agenda, ballots, decisions, minutes.

Counting rules are pure functions of `law.ballots`; what follows a decision belongs to `allocations`.
"""
