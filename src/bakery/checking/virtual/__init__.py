"""Virtual time: a clock, an event loop and locks on it, and the stage that code is tried on."""
