"""The JSON interface as a client sees it; every reply is held against the served document."""
