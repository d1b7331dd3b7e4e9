"""The national register's document, `interfaceNuu` 02.00 and 02.01: read, checked, written. Pure: no Django, no clock.

`document.parse` reads a file into a `model.SneDemand` and says what it could not read; `checks.check` says
what is wrong with a demand; `writing.write` makes the file again. Transport is not here.

Source: the ministry's interface specification (cahier des charges pour les interfaces organismes / centre
serveur, v2.2) and order of 23 March 2015, annex.
"""
