"""Supporting documents given once for everyone, their checks, recognised situations, and the reading journal.

A file is stored outside the web root under a random name; what may be asked is the limitative list of
the order of 22 December 2020 (CCH R441-2-4-1), held by `law.documents`.
"""
