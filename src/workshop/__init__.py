"""What authors and maintainers need: notebooks, editions, the site, and the files that follow from others."""
