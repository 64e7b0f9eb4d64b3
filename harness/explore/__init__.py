"""Adaptive journeys: what to send next depends on what came back."""
