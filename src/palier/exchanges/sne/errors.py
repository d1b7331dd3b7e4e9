"""What an exchange with the register may come to, each told apart: what to do next depends on which one it was."""

from __future__ import annotations

from palier.exchanges.sne.model import NationalAnomaly

CRASH = "Une erreur inattendue est survenue lors du traitement de la demande."


class ExchangeError(Exception):
    """No usable answer. `code` is stable, `message` is French and holds nothing of what was sent.

    `doubtful`: the register may have done what was asked all the same.
    """

    code = "exchange"
    message = "L’échange avec le registre n’a pas abouti."
    doubtful = True

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Unreachable(ExchangeError):
    code, doubtful = "unreachable", False
    message = "Le registre n’est pas joignable : rien n’a été envoyé."


class CertificateRefused(ExchangeError):
    code, doubtful = "certificate", False
    message = "Le registre et Palier ne se reconnaissent pas (certificat) : rien n’a été envoyé."


class NoAnswer(ExchangeError):
    code = "no_answer"
    message = "Le registre n’a pas répondu à temps."


class HalfMessage(ExchangeError):
    code = "half"
    message = "La réponse du registre s’arrête avant la fin."


class TooLarge(ExchangeError):
    code = "too_large"
    message = "La réponse du registre est trop longue pour en être une."


class NotAMessage(ExchangeError):
    code = "nonsense"
    message = "La réponse n’est pas un message du registre."


class WebPage(NotAMessage):
    code = "web_page"
    message = "Une page web a répondu à la place du registre : une passerelle est sans doute entre les deux."


class WrongReference(NotAMessage):
    code = "wrong_reference"
    message = "La réponse renvoie à une pièce qu’elle ne contient pas."


class Fault(ExchangeError):
    """A SOAP fault: the register says that it did not take the call. `detail`: its own words, shortened."""

    code, doubtful = "fault", False
    message = "Le registre a rejeté l’appel."


class Crashed(ExchangeError):
    code = "crashed"
    message = "Le registre dit avoir eu une erreur inattendue."


class Interrupted(ExchangeError):
    code = "interrupted"
    message = "L’envoi a été interrompu avant la réponse."


class Refusal(Exception):
    """The register answered and says no, with its anomalies: not an accident, something to mend."""

    def __init__(self, anomalies: tuple[NationalAnomaly, ...]) -> None:
        super().__init__(", ".join(a.code or a.element for a in anomalies))
        self.anomalies = anomalies


WORDS = {kind.code: kind.message for kind in (
    ExchangeError, Unreachable, CertificateRefused, NoAnswer, HalfMessage, TooLarge, NotAMessage, WebPage,
    WrongReference, Fault, Crashed, Interrupted,
)}  # fmt: skip
