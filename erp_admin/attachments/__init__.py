"""Files attached to documents of any type: judged by their content, stored once, told in the trail."""
