"""The second wall: who may see a row is enforced by PostgreSQL itself.

Every transaction carries a `Scope` in transaction-local settings; the row-security policies that
each app declares in its `policies.py` read them. Without a scope no personal row is visible, so a
page that forgets its own filter shows nothing rather than too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Scope:
    """What the database is told of whoever acts. `role` is one of `accounts.roles.Role`,
    or `system` (worker, migration, named exceptions) or `gate` (sign-in pages, before anyone is known)."""

    role: str = "visitor"
    person: int | None = None
    organisation: int | None = None
    departments: tuple[str, ...] = ()


VISITOR = Scope()
SYSTEM = Scope(role="system")
_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope | None:
    """The scope of the running transaction, or None outside any."""
    return _current.get()


def _tell_database(scope: Scope | None) -> None:
    scope = scope or Scope(role="")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('palier.role', %s, true), set_config('palier.person', %s, true),"
            " set_config('palier.organisation', %s, true), set_config('palier.departments', %s, true)",
            [
                scope.role,
                "" if scope.person is None else str(scope.person),
                "" if scope.organisation is None else str(scope.organisation),
                ",".join(scope.departments),
            ],
        )


@contextmanager
def acting(scope: Scope, *, read_only: bool = False) -> Iterator[None]:
    """One transaction (or savepoint) in which the database knows who acts.

    `read_only` makes PostgreSQL refuse every write. On an error the savepoint's rollback also
    restores the former settings, so nothing leaks into what follows.
    """
    nested = connection.in_atomic_block
    previous = _current.get()
    with transaction.atomic():
        if read_only:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
        _tell_database(scope)
        token = _current.set(scope)
        try:
            yield
        finally:
            _current.reset(token)
        if nested and not connection.needs_rollback:
            _tell_database(previous)


@contextmanager
def as_system(why: str) -> Iterator[None]:
    """Read or write beyond the actor's own rows, for a reason that is written down at the call.

    The list of callers is held by a test: adding one is a decision.
    """
    if not why:
        raise ValueError("as_system needs its reason")
    with acting(SYSTEM):
        yield


@dataclass(frozen=True, slots=True)
class Policy:
    """One permissive row policy. `using` selects the rows that exist for the actor; `check` bounds
    what may be written (the same by default); `command` is ALL, SELECT, INSERT, UPDATE or DELETE."""

    using: str
    check: str | None = None
    command: str = "ALL"


# The system's own policy on every table. PostgreSQL asks policies from the last name to the first: this one, which looks
# into no table, spares the work of the others in a night over thousands of rows.
SYSTEM_POLICY = "zz_system"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION palier_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT current_setting('palier.role', true) $$;
CREATE OR REPLACE FUNCTION palier_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('palier.person', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION palier_organisation() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('palier.organisation', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION palier_departments() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT string_to_array(current_setting('palier.departments', true), ',') $$;
"""

ROLE = "(SELECT palier_role())"
PERSON = "(SELECT palier_person())"
ORGANISATION = "(SELECT palier_organisation())"
DEPARTMENTS = "(SELECT palier_departments())::text[]"


def role_is(*roles: str) -> str:
    """SQL: the actor has one of `roles`."""
    return f"{ROLE} IN ({', '.join(repr(role) for role in roles)})"


def _declarations(name: str) -> Iterator[Mapping]:
    for config in apps.get_app_configs():
        module = f"{config.name}.policies"
        if config.name.startswith("palier.") and find_spec(module):
            yield getattr(import_module(module), name, {})


def row_policies() -> dict[str, dict[str, Policy]]:
    """table → policy name → policy, merged over all apps (an app may add a policy to an earlier app's table)."""
    merged: dict[str, dict[str, Policy]] = {}
    for declared in _declarations("ROW_POLICIES"):
        for table, policies in declared.items():
            merged.setdefault(table, {}).update(
                {n: p if isinstance(p, Policy) else Policy(p) for n, p in policies.items()}
            )
    return merged


def open_tables() -> dict[str, str]:
    """table → the reason why it needs no row security (it holds nothing about a person)."""
    merged: dict[str, str] = {}
    for declared in _declarations("OPEN_TABLES"):
        merged.update(declared)
    return merged


# Every narrow function begins with it, and nothing else does.
_NARROW = "#variable_conflict use_column"


def narrow_function(name: str, arguments: str, returns: str, query: str) -> str:
    """SQL of a function that answers one narrow question beyond the actor's own rows (a count, a rank).

    The role is `system` only while its one query runs; an error rolls the setting back. Planning a query
    over tables with many policies costs ten times its execution: the plan is made once for a connection.
    """
    return f"""
        CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE plpgsql STABLE
        SET plan_cache_mode = force_generic_plan AS $$
        {_NARROW}
        DECLARE former text := current_setting('palier.role', true);
        BEGIN
            PERFORM set_config('palier.role', 'system', true);
            RETURN QUERY {query};
            PERFORM set_config('palier.role', coalesce(former, ''), true);
        END $$"""


def sql_functions() -> dict[str, str]:
    """name → definition of every narrow function the apps declare; a test lists them."""
    merged: dict[str, str] = {}
    for declared in _declarations("SQL_FUNCTIONS"):
        merged.update(declared)
    return merged


def apply_row_security(web_role: str) -> None:
    """Bring the database's policies and grants to what the apps declare, in one transaction.

    Run by the owner after every migration; running it twice changes nothing.
    """
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        for table, name in cursor.fetchall():
            cursor.execute(f"DROP POLICY {quote(name)} ON {quote(table)}")
        # A former version's functions may return other rows, or answer what nobody may ask any more.
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND strpos(prosrc, %s) > 0",
            [_NARROW],
        )
        for (former,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {former}")
        for definition in sql_functions().values():
            cursor.execute(definition)
        for table, policies in row_policies().items():
            cursor.execute(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {quote(table)} FORCE ROW LEVEL SECURITY")
            for name, policy in {SYSTEM_POLICY: Policy(role_is("system")), **policies}.items():
                clauses = [] if policy.command == "INSERT" else [f"USING ({policy.using})"]
                if policy.command in ("ALL", "INSERT", "UPDATE"):
                    clauses.append(f"WITH CHECK ({policy.check or policy.using})")
                cursor.execute(
                    f"CREATE POLICY {quote(name)} ON {quote(table)} FOR {policy.command} {' '.join(clauses)}"
                )
        web = quote(web_role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {web}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {web}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {web}")
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON common_event FROM {web}")
