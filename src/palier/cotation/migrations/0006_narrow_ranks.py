from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cotation', '0005_grid_days'),
    ]

    operations = [
        # No page asked for it; a function that sees beyond an actor's rows does not stay behind.
        migrations.RunSQL('DROP FUNCTION IF EXISTS palier_register_rank', migrations.RunSQL.noop),
    ]
