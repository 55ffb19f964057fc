"""Drawing a trace: where everything stands, in words, still and live."""
