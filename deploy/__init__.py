"""Brings up what the suite is pointed at: a Libredesk by Docker, and what a test needs in it.

Knows Libredesk's own API for administrators, which is no part of the contract under test. Nothing
here imports the harness or the servers, and neither imports anything from here: what passes between
them is a file of `NAME=value` lines.
"""
