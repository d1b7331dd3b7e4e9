"""What follows a commission's decision: the proposal and its answer, the next rank, visits, the lease, the removal.

Silence counts as refusal (CCH R441-10); the removal comes with the signed lease (CCH R441-2-8), never before.
"""
