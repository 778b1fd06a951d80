"""Work in steps and pages: what a flow is, who works on a run, and how a run stands."""
