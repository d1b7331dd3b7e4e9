"""How the application is assembled and run: settings, URLs, processes. No business rule."""
