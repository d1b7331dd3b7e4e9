"""Communes, EPCI, departments, and the dated settings of a territory. Knows nothing of people."""
