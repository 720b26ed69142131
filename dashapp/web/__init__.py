"""The web server: gate, sign-in, tiles, live feed."""
