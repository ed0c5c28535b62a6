"""The conventions of the house, as tests over the parsed project: names, twins, grain, walls, personal data."""
