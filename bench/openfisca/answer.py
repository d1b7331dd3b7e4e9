"""The other model's answers, run by its own Python: month → cases on standard input, month → answers on standard output."""

import json
import sys

import numpy
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_france import FranceTaxBenefitSystem


def answers(system: FranceTaxBenefitSystem, cases: list[dict], month: str) -> list[list[float]]:
    """Of each tenant of a social landlord: the aid paid, the rent reduction."""
    simulation = SimulationBuilder().build_default_simulation(system, len(cases))
    given = {
        "loyer": [case["rent"] for case in cases],
        "zone_apl": [f"zone_{case['zone']}" for case in cases],
        "statut_occupation_logement": ["locataire_hlm"] * len(cases),
        "logement_conventionne": [True] * len(cases),
        "al_couple": [case["couple"] for case in cases],
        "al_nb_personnes_a_charge": [case["dependants"] for case in cases],
        "aide_logement_base_ressources": [case["yearly"] for case in cases],
        "handicap": [case["disability"] for case in cases],
    }
    if not any(case["reduction"] for case in cases):
        given["reduction_loyer_solidarite"] = [0] * len(cases)
    for name, values in given.items():
        simulation.set_input(name, month, numpy.array(values))
    asked = ("aide_logement_montant", "reduction_loyer_solidarite")
    columns = [simulation.calculate(name, month).astype(float).round(2).tolist() for name in asked]
    return list(zip(*columns, strict=True))


def main() -> None:
    system = FranceTaxBenefitSystem()
    asked = json.load(sys.stdin)
    json.dump([answers(system, cases, month) for month, cases in asked], sys.stdout)


if __name__ == "__main__":
    main()
