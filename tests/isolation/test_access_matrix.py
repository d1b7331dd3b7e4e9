"""Every role on every named address, compared with a table that is checked in.

`./palier access_matrix` prints the table anew; a difference here is a change of rights to be read.
"""

from __future__ import annotations

import csv
from pathlib import Path

from palier.accounts.roles import Role
from palier.spaces.matrix import ROLES, matrix

TABLE = Path(__file__).with_name("access_matrix.csv")


def test_rights_are_those_of_the_table():
    with TABLE.open(encoding="utf-8") as file:
        kept = {row["url"]: {role: row[role] for role in ROLES} for row in csv.DictReader(file)}
    assert matrix() == kept


def test_every_private_page_names_its_roles():
    assert [url for url, row in matrix().items() if set(row.values()) == {"?"}] == []


def test_what_the_decorator_says_is_what_the_site_does(build, client_for):
    """Every address without argument is really asked for by every role: 404 for whoever the table leaves out."""
    actors = {role: build.actor(role) for role in ROLES if role != Role.VISITOR}
    wrong = []
    for url, row in matrix().items():
        address = row.address
        if address is None or row.post_only:
            continue
        for role, actor in actors.items():
            status = client_for(actor).get(address).status_code
            if (status == 404) != (row[role] == ""):
                wrong.append((url, str(role), status))
    assert wrong == []
