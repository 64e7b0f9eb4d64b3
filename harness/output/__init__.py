"""What a person sees: progress, the catalogue, the plan, a failing clause, all reports at once."""
