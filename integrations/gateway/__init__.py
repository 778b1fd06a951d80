"""The way from a connection to the client: the opened client, what a request cost, slots, and whether we may at all."""
