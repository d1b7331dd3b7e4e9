"""Messages to landlords' systems: made from the journal, signed, sent, tried again, replayed.

At least once, and perhaps out of order after a failure: each bears its own key and its place in the journal.
"""
