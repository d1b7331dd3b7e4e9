"""Every tag and filter of the pages in one library, so that templates need no `{% load %}` (see docs/components.md)."""

from django import template

from palier.common.templatetags import palier_figures, palier_forms, palier_parts, palier_words

register = template.Library()
for part in (palier_words, palier_parts, palier_forms, palier_figures):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
