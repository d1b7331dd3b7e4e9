"""What a person may know: everything held about them in one archive, and who reads what."""
