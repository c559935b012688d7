"""The addresses of the admin's tables, and the models that it shows."""

from allauth.mfa.models import Authenticator
from django.apps import apps

KEY = "plain-secret-key-987654"
MODELS = (*apps.get_app_config("panels").get_models(), Authenticator)


def base(model):
    """Return the address of a model's list."""
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def run(client, model, action, *rows):
    """Choose an action for some rows of a list."""
    return client.post(base(model), {"action": action, "_selected_action": [row.pk for row in rows]})
