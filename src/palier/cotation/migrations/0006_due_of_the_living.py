from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cotation', '0005_grid_days'),
        ('demands', '0006_identity'),
    ]

    operations = [
        migrations.RunSQL(
            """
            SELECT set_config('palier.role', 'system', true);
            UPDATE cotation_score s SET due_on = NULL FROM demands_demand d
            WHERE d.id = s.demand_id AND d.state <> 'active' AND s.due_on IS NOT NULL""",
            migrations.RunSQL.noop,
        ),
    ]
