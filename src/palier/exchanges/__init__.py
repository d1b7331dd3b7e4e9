"""Exchanges with other systems: the national register's documents, and later its protocol, landlords' API and old files."""
