"""A request as it goes over the wire: taken apart, put together, and told apart from a good one.

Stands between the contract and everything that plans, judges or blames requests, so that all of
them mean the same thing by a place and a kind (contract.md, *Grid*).
"""
