"""One run from beginning to end: what is sent in which order, judged, repeated and merged."""
