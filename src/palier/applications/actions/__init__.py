"""Every write on applications: the household's, the lists, the landlord's examination."""

from palier.applications.actions.applying import (
    call_next_file,
    designates,
    end,
    make_shortlist,
    move,
    note_rank,
    send_next_files,
    submit,
    withdraw,
)
from palier.applications.actions.instructing import admit, find_inadmissible, put_back, take, write_note

__all__ = [
    "admit", "call_next_file", "designates", "end", "find_inadmissible", "make_shortlist", "move", "note_rank",
    "put_back", "send_next_files", "submit", "take", "withdraw", "write_note",
]  # fmt: skip
