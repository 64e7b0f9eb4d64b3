"""What the recorded exchanges say: pure readings of them, shared by exploring and judging."""
