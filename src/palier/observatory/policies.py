"""Single allocations may single somebody out in a small commune: only the calculation reads them."""

from palier.common.isolation import ORGANISATION, Policy, narrow_function, role_is

SQL_FUNCTIONS = {
    # The waits of past allocations in a territory (EPCI or department), and nothing else of them.
    "palier_waits": narrow_function(
        "palier_waits",
        "place text, kind text, low integer, beyond integer, since date, until date",
        "SETOF integer",
        """
            SELECT p.wait_days FROM observatory_pastallocation p JOIN territories_commune c ON c.code = p.commune_id
            WHERE (c.epci_id = place OR c.department_id = place) AND p.type = kind AND p.people >= low
            AND (beyond IS NULL OR p.people < beyond) AND p.signed_on > since AND p.signed_on <= until""",
    ),
}
# All that dates the steps of vacancies, and nothing of the households: what happened, on which vacancy, when.
SQL_FUNCTIONS["palier_moments"] = narrow_function(
    "palier_moments",
    "landlord bigint, holder bigint, since date",
    "TABLE (vacancy_id bigint, what text, at timestamptz)",
    """
        WITH v AS (
            SELECT v.id, v.notice_on FROM homes_vacancy v JOIN homes_dwelling d ON d.id = v.dwelling_id
            WHERE (landlord IS NULL OR d.landlord_id = landlord) AND (v.ended_on IS NULL OR v.ended_on >= since)
        ), o AS (
            SELECT o.id, o.vacancy_id, o.published_at, o.closes_at, o.product = 'social' AS social
            FROM homes_offer o JOIN v ON v.id = o.vacancy_id
            WHERE o.state <> 'withdrawn' AND (holder IS NULL OR o.holder_id = holder)
        ), a AS (
            SELECT a.id, a.state, a.state_at, a.applied_at, o.vacancy_id, o.social
            FROM applications_application a JOIN o ON o.id = a.offer_id
        ), told AS (
            SELECT a.vacancy_id, a.state, a.social, e.verb, e.at FROM a JOIN common_event e
            ON e.subject_type = 'applications.application' AND e.subject_id = a.id
            AND e.verb IN ('applications.send', 'applications.admit', 'applications.find_inadmissible'))
        SELECT id, 'declared', notice_on::timestamp AT TIME ZONE 'Europe/Paris' FROM v
            WHERE holder IS NULL OR EXISTS (SELECT 1 FROM o WHERE o.vacancy_id = v.id)
        UNION ALL SELECT o.vacancy_id, 'published', o.published_at FROM o WHERE o.published_at IS NOT NULL
        UNION ALL SELECT o.vacancy_id, 'closing', o.closes_at FROM o WHERE o.closes_at IS NOT NULL
        UNION ALL SELECT o.vacancy_id, 'reopened', e.at FROM o JOIN common_event e
            ON e.subject_type = 'homes.offer' AND e.subject_id = o.id AND e.verb = 'offers.reopen'
        -- Without a commission, a file that came to nothing counts as none.
        UNION ALL SELECT a.vacancy_id, 'received', a.applied_at FROM a WHERE NOT a.social
            AND a.state IN ('sent', 'admissible', 'allocated', 'accepted', 'leased', 'released')
        UNION ALL SELECT a.vacancy_id, 'examined', a.state_at FROM a WHERE NOT a.social AND a.state = 'admissible'
        UNION ALL SELECT t.vacancy_id, 'examined', t.at FROM told t WHERE NOT t.social
            AND t.verb = 'applications.admit' AND t.state IN ('allocated', 'accepted', 'leased', 'released')
        UNION ALL SELECT o.vacancy_id, 'listed', l.made_at FROM o JOIN applications_shortlist l ON l.offer_id = o.id
        UNION ALL SELECT t.vacancy_id, 'sent', t.at FROM told t WHERE t.verb = 'applications.send'
        UNION ALL SELECT t.vacancy_id, 'instructed', max(t.at) FROM told t WHERE t.social AND t.verb <> 'applications.send'
            AND NOT EXISTS (SELECT 1 FROM a WHERE a.vacancy_id = t.vacancy_id AND a.state = 'sent') GROUP BY t.vacancy_id
        UNION ALL SELECT o.vacancy_id, 'on_agenda', e.at FROM o JOIN commissions_agendaitem i
            ON i.offer_id = o.id AND i.postponed = ''
            JOIN commissions_session s ON s.id = i.session_id AND s.state <> 'cancelled'
            JOIN common_event e ON e.subject_type = 'commissions.agendaitem' AND e.subject_id = i.id AND e.verb = 'agenda.add'
        UNION ALL SELECT o.vacancy_id, 'decided', s.signed_at FROM o JOIN commissions_agendaitem i
            ON i.offer_id = o.id AND i.postponed = '' JOIN commissions_session s ON s.id = i.session_id AND s.state = 'signed'
        UNION ALL SELECT o.vacancy_id, 'proposed', p.sent_at FROM o JOIN allocations_proposal p ON p.offer_id = o.id
            AND p.sent_at IS NOT NULL
        UNION ALL SELECT o.vacancy_id, 'freed', e.at FROM o JOIN allocations_proposal p ON p.offer_id = o.id
            JOIN common_event e ON e.subject_type = 'allocations.proposal' AND e.subject_id = p.id AND e.verb IN (
                'proposals.decline', 'proposals.lapse', 'proposals.fail_condition', 'proposals.cancel')
            -- A commission ranked others, who are called next: the dwelling is free again after the last of them.
            WHERE NOT (o.social AND EXISTS (SELECT 1 FROM allocations_proposal x
                WHERE x.offer_id = o.id AND x.state IN ('waiting', 'sent', 'accepted', 'leased')))
        UNION ALL SELECT o.vacancy_id, 'answered', p.answered_at FROM o JOIN allocations_proposal p ON p.offer_id = o.id
            AND p.state IN ('accepted', 'leased') AND p.answered_at IS NOT NULL
        UNION ALL SELECT o.vacancy_id, 'leased', l.recorded_at FROM o JOIN allocations_proposal p ON p.offer_id = o.id
            JOIN allocations_lease l ON l.proposal_id = p.id""",
)
_OWN_BODY = f"{role_is('landlord', 'reservation_holder')} AND organisation_id = {ORGANISATION}"
ROW_POLICIES: dict = {
    # Who is told of what is late, and when: the organisation's own affair.
    "observatory_escalationcontact": {"organisation": Policy(_OWN_BODY)},
    "observatory_escalation": {"organisation": Policy(_OWN_BODY, command="SELECT")},
    "observatory_pastallocation": {},
    "observatory_pastoffer": {},
    "observatory_pastprofile": {},
    "observatory_pastsession": {},
    # Sums only, but a grid not voted yet is its authors' own.
    "observatory_simulation": {"authority": Policy(f"{role_is('authority')} AND organisation_id = {ORGANISATION}")},
}
OPEN_TABLES = {
    "observatory_communeindicator": "counts by commune; small numbers are hidden when shown",
    "observatory_comparable": "chances and waits of many past offers together; shown above a least number only",
    "observatory_stepdelay": "days that steps took organisations, no household; those of a few steps are not kept",
    "observatory_pointsquarters": "points that part large groups of demands in four; small groups are not kept",
}
