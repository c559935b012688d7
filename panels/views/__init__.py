"""The pages: access, form, activity, render, and nothing else."""
