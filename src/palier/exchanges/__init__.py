"""Exchanges with other systems: the national register's documents and protocol, what goes to it and what it tells."""
