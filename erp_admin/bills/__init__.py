"""Bills: so far only the switch."""
