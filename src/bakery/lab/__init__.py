"""The labs: sliders on running servers, and what they should take."""
