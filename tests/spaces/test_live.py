"""Where a page follows its session: the stream's own port without a proxy, a path of the site behind one, or nowhere."""

from __future__ import annotations

import pytest

from tests.chain.test_chain import Stage


@pytest.mark.parametrize(
    ("port", "proxied", "address", "connect"),
    [
        (8001, False, "http://testserver:8001/flux/", "connect-src 'self' http://testserver:8001;"),
        (8001, True, "/flux/", "connect-src 'self';"),
        (0, False, "", "connect-src 'self';"),
    ],
)
def test_a_page_names_its_stream_and_its_policy_lets_it_be_opened(
    build, client_for, settings, port, proxied, address, connect
):
    settings.LIVE_PORT, settings.LIVE_PROXIED = port, proxied
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    stage = Stage(build)
    item = stage.to_agenda()[0].item_id
    path = f"seances/{stage.session.pk}/" if address else ""
    for who, page in (
        (stage.mayor, f"/commission/seances/{stage.session.pk}/"),
        (stage.mayor, f"/commission/logements/{item}/"),
        (stage.secretary, f"/bailleur/seances/{stage.session.pk}/"),
        (stage.agent, f"/bailleur/seances/logements/{item}/discussion/"),
    ):
        answer = client_for(who).get(page)
        assert f'data-live="{address}{path}"' in answer.content.decode()
        assert connect in answer.headers["Content-Security-Policy"]


def test_the_menu_counts_the_messages_that_wait(build, client_for):
    from palier.commissions import actions

    stage = Stage(build)
    item = stage.to_agenda()[0].item_id
    for n in range(2):
        stage.as_(stage.secretary, actions.post_comment, item_id=item, text=f"Message {n}")
    said = [
        client_for(who).get("/espace/non-lus/").content.decode() for who in (stage.mayor, stage.agent, stage.secretary)
    ]
    menus = [
        client_for(stage.mayor).get("/commission/").content.decode(),
        client_for(stage.agent).get("/bailleur/").content.decode(),
    ]
    assert ["2<span" in text for text in (*said, *menus)] == [True, True, False, True, True]
