"""A stand-in for the national register: the same protocol on this machine, for the demonstration and the tests.

Not the register: the numbering of its controls and what is not published are its own. No Django here: it runs by itself.
"""
