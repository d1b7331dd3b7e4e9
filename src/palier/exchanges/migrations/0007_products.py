from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION palier_note_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO exchanges_change (landlord_id, kind, key, state)
    SELECT d.landlord_id,
           CASE WHEN NEW.state = 'leased' THEN 'lease'
                WHEN NEW.state IN ('allocated', 'ranked', 'not_allocated', 'rejected'){only} THEN 'decision'
                ELSE 'candidate' END,
           NEW.id, NEW.state
    FROM homes_offer o JOIN homes_dwelling d ON d.id = o.dwelling_id WHERE o.id = NEW.offer_id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0006_changes"), ("homes", "0004_products")]
    # Where the landlord chooses, no commission decided: the candidate moved.
    operations = [
        migrations.RunSQL(FUNCTION.format(only=" AND o.product = 'social'"), FUNCTION.format(only="")),
    ]
