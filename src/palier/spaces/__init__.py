"""Pages, one package per audience. Views are short: a query, a form, one action, an answer. Nothing imports this."""
