"""The Dash application: its screens, texts, component ids and web server."""
