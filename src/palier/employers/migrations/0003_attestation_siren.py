import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('employers', '0002_register'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='jobattestation',
            index=models.Index(django.db.models.functions.text.Left('siret', 9), name='attestation_siren'),
        ),
    ]
