"""events/: what Lambda hands to each function, made from the documented examples."""
