"""The built site in a real browser; `make test-site` runs these."""
