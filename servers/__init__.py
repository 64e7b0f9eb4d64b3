"""What the contract suite is tried on: a server that conforms, small lies, odd but correct ones.

Nothing here imports the harness, and the harness imports nothing from here: a mistake that both
shared would be invisible. The servers are written from the published documents alone.
"""
