"""The protocol between our client and the stand-in, and with a foreign one on either side."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import replace
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from lxml import etree

from palier.exchanges.sne import calls, errors, mtom
from palier.exchanges.sne.client import Client
from palier.exchanges.sne.document import parse
from palier.exchanges.sne.writing import write
from palier.law import numbers
from tests.exchanges.registers import AT, access
from tests.exchanges.sne.files import sample

FILE = "DEMG1404-202611230900-000001.xml"


def creation(**changes) -> bytes:
    held = parse(sample("full")).demand
    children = tuple(replace(c, birth_date=c.birth_date or held.applicant.birth_date) for c in held.dependants)
    return write(replace(held, **{"number": "", "file_type": "CRE", "dependants": children, **changes}))


def test_a_creation_is_given_a_number_in_the_real_structure_and_is_found_again(to_register, register):
    number = to_register.submit(creation(), FILE, AT).demand.number
    parsed = numbers.parse(number)
    assert (parsed.territory, parsed.month, parsed.year, parsed.sequence, parsed.registrar) == (
        "014",
        3,
        25,
        1,
        "G1404",
    )
    again = to_register.submit(creation(), FILE, AT).demand.number
    assert numbers.parse(again).sequence == 2
    assert to_register.duplicates(creation(), FILE).numbers == (number, again)
    held = to_register.demand(number, AT).demand
    assert held.applicant == parse(creation()).demand.applicant
    assert register.held() == [(number, ""), (again, "")]


def test_mandatory_elements_are_asked_for_by_their_codes(to_register, register):
    whole = parse(creation()).demand
    wrong = replace(whole, file_type="", desk="", applicant=replace(whole.applicant, birth_date=None))
    with pytest.raises(errors.Refusal) as refused:
        to_register.submit(write(wrong), FILE, AT)
    assert [a.code for a in refused.value.anomalies[:3]] == ["CTRL_DEM_0001", "CTRL_DEM_0003", "CTRL_DEM_0009"]
    assert register.held() == []


def test_removals_and_recognitions_are_told_since_a_date(to_register, register):
    number = to_register.submit(creation(), FILE, AT).demand.number
    assert to_register.removed(AT.replace(year=2000), AT).numbers == ()
    assert register.remove(number, "RADABA") and register.recognise(number)
    assert to_register.removed(AT.replace(year=2000), AT).numbers == (number,)
    assert to_register.new_dalo(AT.replace(year=2000), AT).numbers == (number,)
    assert to_register.new_dalo(AT.replace(year=2100), AT).numbers == ()


FAULTS = {
    "half": errors.HalfMessage, "nonsense": errors.NotAMessage, "html": errors.WebPage, "empty": errors.HalfMessage,
    "nothing": errors.NoAnswer, "deaf": errors.NoAnswer, "cid": errors.WrongReference, "fault": errors.Fault,
    "crash": errors.Crashed, "twice": errors.NotAMessage, "refuse": errors.Refusal,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_its_own_error_and_the_next_call_works(to_register, register, fault):
    register.tell(fault)
    with pytest.raises(FAULTS[fault]) as caught:
        to_register.submit(creation(), FILE, AT)
    assert type(caught.value) is FAULTS[fault]
    taken = fault not in ("deaf", "fault", "crash", "refuse")
    assert len(register.held()) == taken
    assert to_register.submit(creation(), FILE, AT).demand.number != ""


def test_a_slow_register_is_not_waited_for(server, register, tls):
    register.tell("slow", detail="1.5")
    with pytest.raises(errors.NoAnswer):
        Client(access(server.address, tls, timeout=0.4), "DG001").submit(creation(), FILE, AT)


def test_nobody_there_and_a_certificate_that_is_not_ours(server, tls, tmp_path):
    with pytest.raises(errors.Unreachable):
        Client(access("https://127.0.0.1:9", tls), "DG001").submit(creation(), FILE, AT)
    from palier.exchanges.stand_in import certificates

    stranger = certificates.ensure(tmp_path / "stranger")
    for wrong in (
        replace(access(server.address, tls), certificate=stranger.of("client")[0], key=stranger.of("client")[1]),
        replace(access(server.address, tls), authorities=stranger.authority),
    ):
        with pytest.raises(errors.CertificateRefused):
            Client(wrong, "DG001").submit(creation(), FILE, AT)


def test_an_answer_beyond_the_limit_is_given_up(to_register, monkeypatch):
    monkeypatch.setattr("palier.exchanges.sne.client.LIMIT", 500)
    with pytest.raises(errors.TooLarge):
        to_register.submit(creation(), FILE, AT)


def test_a_foreign_client_speaks_to_the_stand_in_in_raw_bytes(server, tls):
    """Written by hand from the published description: neither our composer nor our parser is used."""
    demand = creation().decode().replace('encoding="UTF-8"', "").replace("encoding='UTF-8'", "")
    soap = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://ws.metier.nuu.application.i2/">'
        "<s:Header/><s:Body><w:numUniqueParametres>"
        "<nomFichierDemande>DEMG1226-202611230900-000000.xml</nomFichierDemande>"
        '<fichierDemande w:contentType="text/xml"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include"'
        ' href="cid:xml_id"/></fichierDemande>'
        "<nomCertificat>CERG1226-202611230900.pem</nomCertificat>"
        '<certificat w:contentType="application/x-x509-ca-cert"><xop:Include'
        ' xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:certificate"/></certificat>'
        "</w:numUniqueParametres></s:Body></s:Envelope>"
    )
    lines = [
        "--frontiere",
        'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="getNumUnique"',
        "Content-Transfer-Encoding: 8bit", "Content-ID: <racine@exemple>", "", soap,
        "--frontiere",
        "Content-Type: application/octet-stream", "Content-ID: <certificate>", "Content-Transfer-Encoding: BASE64",
        "Content-Disposition: attachment", "", "",
        "--frontiere",
        "Content-Type: text/xml; charset=us-ascii", "Content-Transfer-Encoding: 7bit", "Content-ID: <xml_id>",
        'Content-Disposition: attachment; name="xml_id"', "", demand,
        "--frontiere--",
    ]  # fmt: skip
    context = ssl.create_default_context(cafile=str(tls.authority))
    context.load_cert_chain(*map(str, tls.of("client")))
    link = http.client.HTTPSConnection(urlsplit(server.address).netloc, context=context, timeout=10)
    link.request(
        "POST", "/services/DemandeLogementImplService/", "\r\n".join(lines).encode(),
        {"Content-Type": 'multipart/related; type="application/xop+xml"; start="<racine@exemple>";'
                         ' start-info="application/soap+xml"; boundary="frontiere";'
                         ' action="http://ws.metier.nuu.application.i2/getNumUnique"', "MIME-Version": "1.0"},
    )  # fmt: skip
    answer = link.getresponse()
    body = answer.read().decode()
    link.close()
    assert answer.status == 200
    assert "<nuu:numUnique>0140325000001G1404</nuu:numUnique>" in body
    assert answer.headers["Content-Type"].startswith('multipart/related; type="application/xop+xml"')


def test_without_a_client_certificate_nobody_enters(server, tls):
    context = ssl.create_default_context(cafile=str(tls.authority))
    link = http.client.HTTPSConnection(urlsplit(server.address).netloc, context=context, timeout=10)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        link.request("POST", calls.PATH, b"", {"Content-Type": "text/xml"})
        link.getresponse()
    link.close()


@pytest.mark.parametrize("service", list(calls.SERVICES))
def test_our_bytes_are_read_by_an_independent_parser(service):
    described = calls.SERVICES[service]
    call = calls.Call(
        service,
        value="0140325000001G1404",
        file_name=FILE if described.file else "",
        document=creation() if described.file else b"",
        certificate_name="CERG1404-202611230900.pem",
        certificate=b"-----CERTIFICATE\x00\xff",
    )
    header, content = calls.write(call)
    whole = message_from_bytes(f"Content-Type: {header}\r\n\r\n".encode() + content, policy=policy.default)
    assert whole.defects == [] and whole.get_content_type() == "multipart/related"
    assert dict(whole.get_params())["action"] == f"http://ws.metier.nuu.application.i2/get{service}"
    parts = {part["Content-ID"]: part for part in whole.iter_parts()}
    root = etree.fromstring(parts[dict(whole.get_params())["start"]].get_payload(decode=True))
    (asked,) = root.find("{http://www.w3.org/2003/05/soap-envelope}Body")
    assert asked.tag == f"{{http://ws.metier.nuu.application.i2/}}{described.element}"
    references = [e.get("href") for e in asked.iter("{http://www.w3.org/2004/08/xop/include}Include")]
    attached = [parts[f"<{r.removeprefix('cid:')}>"].get_payload(decode=True) for r in references]
    assert attached == [
        *([call.document] if described.file else []),
        *([call.certificate] if described.certificate else []),
    ]
    if described.parameter:
        assert asked.findtext(described.parameter) == "0140325000001G1404"


def test_an_answer_written_in_the_body_itself_is_read_too():
    inline = etree.fromstring(sample("answer_refused"))
    body = etree.Element("reponse")
    body.append(inline)
    with pytest.raises(errors.Refusal) as refused:
        calls.read_answer("NumUnique", mtom.SOAP_TYPE, mtom.envelope(body))
    assert [a.code for a in refused.value.anomalies] == ["CTRL_DEM_0001", "CTRL_DEM_0033"]


def test_a_call_that_is_not_of_the_table_is_answered_with_a_fault(server, tls):
    body = etree.Element("{http://ws.metier.nuu.application.i2/}declarationNouveauDalo")
    to_register = Client(access(server.address, tls), "DG001")
    status, kind, content = to_register._post("x", *mtom.write(body, [], "x"))
    assert status == 500
    with pytest.raises(errors.Fault):
        calls.read_answer("NumUnique", kind, content)
