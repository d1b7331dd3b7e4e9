"""The register's documents in a stream: one `interfaceNuu` around many `demandeLogement`."""

from __future__ import annotations

import copy

from lxml import etree

from palier.exchanges.sne.schema import NAMESPACE, VERSIONS


def wrapped(demand: etree._Element) -> etree._Element:
    """A document of its own around one demand of a stream, so that it is read as a single file is."""
    above = demand.getparent()
    while above is not None and above.getparent() is not None:
        above = above.getparent()
    version = above.get("versionInterface", "") if above is not None else ""
    root = etree.Element(
        f"{{{NAMESPACE}}}interfaceNuu", versionInterface=version if version in VERSIONS else VERSIONS[-1]
    )
    etree.SubElement(root, f"{{{NAMESPACE}}}demande").append(copy.deepcopy(demand))
    return root
