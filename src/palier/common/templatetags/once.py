"""`{% once %}`: the key that lets a form be sent twice and done once."""

import uuid

from django import template
from django.utils.html import format_html

from palier.common.middleware import ONCE_FIELD

register = template.Library()


@register.simple_tag
def once() -> str:
    return format_html('<input type="hidden" name="{}" value="{}">', ONCE_FIELD, uuid.uuid4())
