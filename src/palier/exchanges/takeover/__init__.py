"""Taking over the stock of an older tool: a file, a mapping written as data, a rehearsal, a run, a reconciliation.

mapping.py    the TOML that says what each column means
sources/      CSV, XLSX, XML and the national register's stream as rows of cells, a block at a time
cells.py      what one cell says: dates, amounts, codes, communes
building.py   a household's rows → its declared form, with what was wrong and where
judging.py    what becomes of it: created, updated, unchanged, refused, to look at
running.py    the rehearsal and the run: blocks of one transaction each, with the cursor
invitations.py, reconciliation.py, exporting.py
"""
