"""The furniture shared by every app: ledger, workflow gate, isolation, clock, outbox, pages.

Owns nothing of housing: a word of the domain in here is a mistake.
"""
