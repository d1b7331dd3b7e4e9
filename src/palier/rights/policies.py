"""An archive is its person's, and nobody else's: no agent, no support desk."""

from palier.common.isolation import PERSON, Policy, role_is

ROW_POLICIES = {"rights_archive": {"own": Policy(f"person_id = {PERSON} AND {role_is('applicant')}")}}
