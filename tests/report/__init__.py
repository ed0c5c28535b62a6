"""The report, the metrics and the examples of the docs, against a small retailer and a simpler judge."""
