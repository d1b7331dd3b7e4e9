"""The HTTP API of landlords' systems, version 1: the same actions as the pages, under the landlord's own rights."""
