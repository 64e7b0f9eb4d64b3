"""From deviations to findings: one defect, one finding, one culprit."""
