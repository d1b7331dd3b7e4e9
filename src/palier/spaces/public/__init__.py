"""Pages without an account: home, offers, guides, public figures."""
