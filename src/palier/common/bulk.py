"""Many rows at once: what a page never does and a file or a night does."""

from django.db import connection

# ANALYZE belongs to the owner of a table; the web role may ask for it and for nothing else.
RENEW_STATISTICS = """
    CREATE OR REPLACE FUNCTION palier_renew_statistics() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE held regclass;
    BEGIN
        FOR held IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'public' AND c.relkind = 'r'
                      AND pg_has_role(current_user, c.relowner, 'USAGE') LOOP
            EXECUTE format('ANALYZE %s', held);
        END LOOP;
    END $$"""


def renew_statistics() -> None:
    """Tell PostgreSQL how many rows its tables now hold, to be called after thousands were written.

    Its own collector comes a minute later; until then every query is planned for the tables as they were, and a
    connection keeps those plans: lists that take a millisecond take ten seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT palier_renew_statistics()")
