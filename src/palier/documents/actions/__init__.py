"""Every write of this app, one verb each."""

from palier.documents.actions.blocks import OutOfPlace, add_block, begin, complete, expire, give_up
from palier.documents.actions.dating import date_piece
from palier.documents.actions.erasing import follow_life
from palier.documents.actions.joining import move_to, put_back
from palier.documents.actions.journal import note_reading
from palier.documents.actions.opening import close_pieces, open_pieces
from palier.documents.actions.pieces import accept, receive, refuse, settle_scan, withdraw
from palier.documents.actions.recognitions import (
    ask_recognition,
    learn_recognition,
    recognise,
    refuse_recognition,
    renew_recognition,
    withdraw_recognition,
)
from palier.documents.actions.telling import after_recognition

__all__ = [
    "OutOfPlace", "accept", "add_block", "after_recognition", "ask_recognition", "begin", "close_pieces", "complete",
    "date_piece", "expire", "follow_life", "give_up", "learn_recognition", "move_to", "note_reading", "open_pieces",
    "put_back", "receive", "recognise", "refuse", "refuse_recognition", "renew_recognition", "settle_scan", "withdraw",
    "withdraw_recognition",
]  # fmt: skip
