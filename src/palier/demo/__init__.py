"""The believable territory, the mailbox where its mail is read, and the clock that can be moved. Demo mode only."""
