"""From operations to the requests of a run, before anything is sent."""
