from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0002_receipts'),
        ('cotation', '0005_grid_days'),
        ('demands', '0006_identity'),
        ('homes', '0001_initial'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='points',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=8),
        ),
        migrations.AddField(
            model_name='application',
            name='registered_on',
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(
            """
            SELECT set_config('palier.role', 'system', true);
            UPDATE applications_application a SET registered_on = told.registered_on, points = told.points
            FROM (
                SELECT a.id, d.first_registered_on AS registered_on, coalesce(s.points, 0) AS points
                FROM applications_application a
                JOIN demands_demand d ON d.id = a.demand_id
                JOIN homes_offer o ON o.id = a.offer_id
                JOIN homes_dwelling w ON w.id = o.dwelling_id
                JOIN territories_commune c ON c.code = w.commune_id
                LEFT JOIN cotation_score s ON s.demand_id = a.demand_id AND s.epci_id = c.epci_id
            ) told WHERE told.id = a.id""",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='application',
            name='registered_on',
            field=models.DateField(),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('live_slot__isnull', False)), fields=['offer'], include=('points', 'registered_on', 'draw', 'id', 'demand'), name='application_places'),
        ),
    ]
