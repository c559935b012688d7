"""The three groups of people, each with what the one before it may do."""

from django.db import migrations

SEEN = (
    "panel", "balancereading", "service", "servicechange", "order", "orderevent", "orderaction", "actionline",
    "batch", "batchline", "refill",
)
VIEWER = [("panels", f"view_{model}") for model in SEEN]
OPERATOR = VIEWER + [
    ("panels", "add_order"),
    ("panels", "change_order"),
    ("panels", "add_refill"),
    ("panels", "add_batch"),
    ("panels", "change_batch"),
]
MANAGER = OPERATOR + [
    ("panels", "add_panel"),
    ("panels", "change_panel"),
    ("panels", "view_worker"),
    ("panels", "view_jobrun"),
    ("panels", "view_controls"),
    ("auth", "view_user"),
    ("auth", "add_user"),
    ("auth", "change_user"),
]
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": MANAGER}


def create_groups(apps, schema_editor):
    """Create the groups with their permissions.

    Permissions are made after all migrations, so this makes those it needs itself, under the names Django gives them.
    """
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, codename in wanted:
            verb, model = codename.split("_", 1)
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            verbose_name = apps.get_model(app, model)._meta.verbose_name
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {verb} {verbose_name}"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
