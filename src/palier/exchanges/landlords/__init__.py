"""Landlords' own systems: who they are, what they may do, what they are told, and the files of those that have none.

scopes.py     what a system may be allowed, and what each kind of change asks
tokens.py     a token: drawn, hashed, recognised
actions.py    systems added, given a token, a webhook address, revoked
once.py       the answer kept for an idempotency key
rows.py       one row of a dwelling, a vacancy or a statement, checked, with French words at each field
filling.py    many rows done at once, with a result for each
changes.py    the journal of changes: numbered in the order in which they were committed
webhooks/     deliveries: made from the journal, signed, sent, retried, replayed
files.py      the same rows by CSV or XLSX: read, shown, confirmed
"""
