"""The figures in the documents: measured by a command, and held against the documents by a test."""
