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
from palier.applications.actions.correcting import (
    accept_correction,
    contest_correction,
    propose_correction,
    withdraw_correction,
)
from palier.applications.actions.instructing import admit, find_inadmissible, put_back, take, write_note

__all__ = [
    "accept_correction", "admit", "call_next_file", "contest_correction", "designates", "end", "find_inadmissible", "make_shortlist", "move", "note_rank",
    "propose_correction", "put_back", "send_next_files", "submit", "take", "withdraw",
    "withdraw_correction", "write_note",
]  # fmt: skip
