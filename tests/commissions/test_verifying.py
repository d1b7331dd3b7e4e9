"""`./palier commissions verify`: a signed session agrees with itself, and whatever is tampered with is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from palier.commissions import actions, verifying
from palier.commissions.models import Decision, SealedRecord, Session
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.config.environment import ENV
from tests.builders import Builder
from tests.chain.test_chain import CLOSES, Stage


def said(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("commissions", "verify", *words, stdout=out)
    except SystemExit as end:
        return int(end.code), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def signed(stage) -> Stage:
    stage.vote_and_sign(stage.to_agenda())
    stage.session.refresh_from_db()
    return stage


def test_a_signed_session_agrees_with_itself(signed):
    code, text = said(signed.session.number)
    assert (code, text) == (
        0,
        f"Séance {signed.session.number}, Commission d’essai : conforme. "
        "1 logement(s), 3 bulletin(s) recompté(s), 4 décision(s).\n",
    )
    assert said("--all") == (0, text + "1 séance(s) conforme(s) sur 1.\n")


def test_ties_steps_out_and_households_that_left_agree_too(stage):
    from palier.applications.actions import withdraw
    from tests.chain.test_chain import OPENS

    a, b, c, d = stage.to_agenda()
    with clock.frozen_at(OPENS):
        stage.as_(stage.mayor, actions.declare_interest, item_id=a.item_id, reason="voisin")
        stage.as_(
            stage.president,
            actions.cast_ballot,
            item_id=a.item_id,
            ranking=[a.pk, b.pk, c.pk],
            refused={d.pk: "too_large"},
        )
        stage.as_(stage.tenant, actions.cast_ballot, item_id=a.item_id, ranking=[b.pk, a.pk, c.pk], refused={d.pk: "place"})  # fmt: skip
    stage.as_(stage.household_of(c), withdraw, application_id=c.application_id)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, actions.count, session_id=stage.session.pk)
        assert Decision.objects.get(candidate=d).reasons == ["place", "too_large"]
        stage.as_(
            stage.secretary, actions.settle_ties, item_id=a.item_id,
            settlements=[([b.pk, a.pk], "Naissance attendue en janvier.")],
        )  # fmt: skip
        stage.as_(stage.president, actions.sign, session_id=stage.session.pk)
    stage.session.refresh_from_db()
    assert verifying.verify(stage.session).differences == []


def test_a_session_that_is_not_there_is_said_so(signed):
    with pytest.raises(CommandError, match="Aucune séance signée ne porte le numéro 1999-001"):
        said("1999-001")
    with pytest.raises(CommandError, match="ou --all"):
        said()
    with pytest.raises(CommandError, match="ou --all"):
        said(signed.session.number, "--all")


def test_a_superuser_who_bypasses_every_trigger_is_told_on(committed):
    with acting(SYSTEM):
        build = Builder()
        first, second = Stage(build), Stage(build)
        for one in (first, second):
            one.vote_and_sign(one.to_agenda())
    number = Session.objects.get
    with acting(SYSTEM):
        one, two = (number(pk=s.session.pk) for s in (first, second))
        assert [verifying.verify(s).differences for s in (one, two)] == [[], []]
        item = one.items.get()
        place = f"{one.record['items'][0]['dwelling']} ({one.record['items'][0]['reference']})"
        seat = item.ballots.order_by("seat").first().seat_id
        link = SealedRecord.objects.get(session=one)
    cases: list[tuple[str, str, list[str]]] = [
        (
            "commissions_ballot",
            f"UPDATE commissions_ballot SET ranking = array_reverse_of_palier(ranking) WHERE item_id = {item.pk}",
            [
                "n’est plus celui qui a été compté (classement)",
                "donnent un autre résultat que le procès-verbal : ordre des candidats, étapes du décompte",
            ],
        ),
        (
            "commissions_ballot",
            f"DELETE FROM commissions_ballot WHERE item_id = {item.pk} AND seat_id = {seat}",
            [f"{place} : bulletin du siège {seat} (conseil) : il a disparu.", "nombre de votes"],
        ),
        (
            "commissions_decision",
            "UPDATE commissions_decision SET rank = 9 WHERE rank = 1 AND candidate_id IN"
            f" (SELECT id FROM commissions_candidate WHERE item_id = {item.pk})",
            [f"{place} : candidat 1 : sa décision n’est plus celle du procès-verbal (rang)."],
        ),
        (
            "commissions_agendaitem",
            f"UPDATE commissions_agendaitem SET count = jsonb_set(count, '{{votes}}', '9') WHERE id = {item.pk}",
            [f"{place} : le décompte gardé avec le logement diffère de celui du dossier scellé."],
        ),
        (
            "commissions_session",
            f"UPDATE commissions_session SET minutes = set_byte(minutes, 900, 1) WHERE id = {one.pk}",
            ["Procès-verbal : ses octets ne sont plus ceux qui ont été signés."],
        ),
        (
            "commissions_session",
            "UPDATE commissions_session SET minutes = set_byte(minutes, 900, 1),"
            f" minutes_sha256 = encode(sha256(set_byte(minutes, 900, 1)), 'hex') WHERE id = {one.pk}",
            [
                "Procès-verbal : son empreinte n’est plus celle que la séance suivante a scellée.",
                "Procès-verbal : redessiné d’après le dossier scellé, il n’est pas le même.",
            ],
        ),
        (
            "commissions_session",
            f"UPDATE commissions_session SET record = jsonb_set(record, '{{number}}', '\"2020-9\"') WHERE id = {one.pk}",
            ["Séance : le numéro diffère", "Sceau : l’empreinte recalculée du dossier n’est pas celle du maillon"],
        ),
        (
            "commissions_sealedrecord",
            f"UPDATE commissions_sealedrecord SET sha256 = repeat('a', 64) WHERE id = {link.pk}",
            ["Sceau : l’empreinte recalculée du dossier n’est pas celle du maillon"],
        ),
        (
            "commissions_sealedrecord",
            f"DELETE FROM commissions_sealedrecord WHERE id = {link.pk}",
            ["Sceau : la séance n’a pas de maillon dans la chaîne."],
        ),
    ]
    for table, sql, expected in cases:
        with tampered(table, sql):
            with acting(SYSTEM):
                found = verifying.verify(number(pk=one.pk)).differences
            assert [any(words in line for line in found) for words in expected] == [True] * len(expected), (sql, found)
            assert said("--all")[0] == 1, sql
    with tampered("commissions_sealedrecord", f"DELETE FROM commissions_sealedrecord WHERE id = {link.pk}"):
        lines = said("--all")[1].splitlines()
        assert f"Chaîne des sceaux : la séance signée {one.number} n’a pas de maillon." in lines
        assert f"Chaîne des sceaux : le maillon de la séance {two.number} ne suit pas celui qui le précède." in lines
    assert said("--all")[0] == 0


@contextmanager
def tampered(table: str, sql: str) -> Iterator[Callable]:
    """As the owner of the database, who can silence every trigger; put back afterwards as it was."""
    owner = ENV.database("owner")
    with psycopg.connect(
        host=owner["host"], port=owner["port"], user=owner["user"], password=owner["password"], dbname=owner["name"],
        autocommit=True,
    ) as link:  # fmt: skip
        link.execute("SELECT set_config('palier.role', 'system', false)")
        link.execute(
            "CREATE OR REPLACE FUNCTION pg_temp.array_reverse_of_palier(bigint[]) RETURNS bigint[] LANGUAGE sql AS"
            " $$ SELECT array_agg(v ORDER BY n DESC) FROM unnest($1) WITH ORDINALITY AS t(v, n) $$"
        )
        link.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")
        link.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        changed = link.execute(sql.replace("array_reverse_of_palier", "pg_temp.array_reverse_of_palier")).rowcount
        link.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        assert changed > 0, sql
        try:
            yield link.execute
        finally:
            link.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            columns = [
                row[0]
                for row in link.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                    [table],
                ).fetchall()
            ]
            names = ", ".join(columns)
            link.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept ON CONFLICT (id) DO UPDATE SET "
                         + ", ".join(f"{c} = EXCLUDED.{c}" for c in columns if c != "id"))  # fmt: skip
            link.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            link.execute("DROP TABLE kept")
