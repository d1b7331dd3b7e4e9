"""Triggers that write the journal of changes of landlords, in the transaction that changes a dwelling, an offer or a file.

In the database and not in the actions: whatever path a change takes, it is told. They write keys and states only.
"""

from django.db import migrations

INSTALL = """
CREATE FUNCTION palier_note_dwellings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exchanges_change (landlord_id, kind, key, state)
    SELECT f.landlord_id, 'dwelling', f.id, 'added' FROM fresh f;
    RETURN NULL;
END $$;
CREATE TRIGGER note_added AFTER INSERT ON homes_dwelling REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION palier_note_dwellings();

CREATE FUNCTION palier_note_dwelling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exchanges_change (landlord_id, kind, key, state) VALUES (NEW.landlord_id, 'dwelling', NEW.id, 'corrected');
    RETURN NULL;
END $$;
CREATE TRIGGER note_corrected AFTER UPDATE ON homes_dwelling
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION palier_note_dwelling();

CREATE FUNCTION palier_note_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exchanges_change (landlord_id, kind, key, state)
    SELECT d.landlord_id, 'offer', NEW.id, NEW.state FROM homes_dwelling d WHERE d.id = NEW.dwelling_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_made AFTER INSERT ON homes_offer FOR EACH ROW EXECUTE FUNCTION palier_note_offer();
CREATE TRIGGER note_changed AFTER UPDATE ON homes_offer
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION palier_note_offer();

CREATE FUNCTION palier_note_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exchanges_change (landlord_id, kind, key, state)
    SELECT d.landlord_id,
           CASE WHEN NEW.state = 'leased' THEN 'lease'
                WHEN NEW.state IN ('allocated', 'ranked', 'not_allocated', 'rejected') THEN 'decision'
                ELSE 'candidate' END,
           NEW.id, NEW.state
    FROM homes_offer o JOIN homes_dwelling d ON d.id = o.dwelling_id WHERE o.id = NEW.offer_id;
    RETURN NULL;
END $$;
-- What was never sent to the landlord is none of its systems' business.
CREATE TRIGGER note_sent AFTER INSERT ON applications_application
    FOR EACH ROW WHEN (NEW.state <> 'submitted') EXECUTE FUNCTION palier_note_candidate();
CREATE TRIGGER note_moved AFTER UPDATE OF state ON applications_application
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state AND (OLD.state <> 'submitted' OR NEW.state = 'sent'))
    EXECUTE FUNCTION palier_note_candidate();
"""

REMOVE = """
DROP TRIGGER note_added ON homes_dwelling;
DROP TRIGGER note_corrected ON homes_dwelling;
DROP TRIGGER note_made ON homes_offer;
DROP TRIGGER note_changed ON homes_offer;
DROP TRIGGER note_sent ON applications_application;
DROP TRIGGER note_moved ON applications_application;
DROP FUNCTION palier_note_dwellings(), palier_note_dwelling(), palier_note_offer(), palier_note_candidate();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exchanges", "0005_landlords"),
        ("homes", "0001_initial"),
        ("applications", "0004_conditions"),
    ]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
