"""Companies, and what an employer attests about somebody's job, with that person's consent.

The employer learns that an employee asks for an attestation, nothing else: never the demand.
"""
