"""Moving house: what has to change in a Flask app so that it runs on Quart, decided with `ast`, written as text edits."""
