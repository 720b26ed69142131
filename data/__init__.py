"""The register: models, rules, queries, commands, sources and the demo."""
