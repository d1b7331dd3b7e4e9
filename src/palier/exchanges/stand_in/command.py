"""`./palier sne-stand-in`: run the stand-in, or tell a running one what to do next."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from palier.exchanges.stand_in import certificates
from palier.exchanges.stand_in.register import Register
from palier.exchanges.stand_in.server import FAULTS, Server

FAULT_HELP = "; ".join(f"{name} : {words}" for name, words in FAULTS.items())


def main(words: list[str], folder: Path) -> int:
    """Until Ctrl-C, or at once when it only tells a running stand-in (`--tell`, `--recognise`, `--remove`)."""
    parser = argparse.ArgumentParser(prog="palier sne-stand-in", description="Registre d’essai, même protocole.")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--state", type=Path, default=folder, help="dossier où il garde ce qu’il sait")
    parser.add_argument("--tls-dir", type=Path, help="certificats, faits à la demande (par défaut : tls dans --state)")
    parser.add_argument("--adopt", action="store_true", help="tenir pour siens les numéros qu’il ne connaît pas")
    parser.add_argument("--latency", type=float, default=0.0, help="secondes avant chaque réponse")
    parser.add_argument("--fault", action="append", default=[], metavar="NOM[:FOIS]", help=FAULT_HELP)
    parser.add_argument("--refuse", nargs="?", const="", metavar="CODE", help="refuser tout fichier, avec ce code")
    parser.add_argument("--tell", action="append", default=[], metavar="NOM[:FOIS[:DÉTAIL]]",
                        help="dire cela à un registre d’essai qui tourne ; FOIS 0 : assez, -1 : toujours")  # fmt: skip
    parser.add_argument("--recognise", metavar="NUMÉRO", help="reconnaître ce ménage au titre du DALO")
    parser.add_argument(
        "--remove", metavar="NUMÉRO=MOTIF", help="radier cette demande, comme un autre guichet le ferait"
    )
    options = parser.parse_args(words)
    register = Register(options.state, adopt=options.adopt)
    for text in (*options.fault, *options.tell):
        _tell(parser, register, text)
    if options.refuse is not None:
        register.tell("refuse", detail=options.refuse, times=-1)
    if options.recognise or options.remove:
        number, _, ground = (options.recognise or options.remove).partition("=")
        known = register.recognise(number) if options.recognise else register.remove(number, ground)
        if not known:
            parser.error("ce numéro unique n’est pas connu ici")
    if options.tell or options.recognise or options.remove:
        return 0
    made = certificates.ensure(options.tls_dir or options.state / "tls")
    with Server(register, made, port=options.port, latency=options.latency) as server:
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        certificate, key = made.of("client")
        print(f"PALIER_SNE_URL={server.address}", f"PALIER_SNE_AUTHORITY={made.authority}",
              f"PALIER_SNE_CERTIFICATE={certificate}", f"PALIER_SNE_KEY={key}", sep="\n", flush=True)  # fmt: skip
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _tell(parser: argparse.ArgumentParser, register: Register, text: str) -> None:
    name, _, rest = text.partition(":")
    times, _, detail = rest.partition(":")
    if name not in FAULTS:
        parser.error(f"« {name} » n’est pas une panne connue : {', '.join(FAULTS)}")
    if times.removeprefix("-") and not times.removeprefix("-").isdecimal():
        parser.error(f"« {times} » n’est pas un nombre de fois")
    register.tell(name, detail=detail, times=int(times or 1))
