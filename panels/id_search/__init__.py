"""The search for the id of an unknown order: the evidence, the range of ids, the matches and the findings."""
