"""`make bench`: what a pull costs, as ratios to a bare floor and to a published client, measured in one run.

Owns the scripts and their own virtual environment. Must not be collected by pytest, and never judges by time.
"""
