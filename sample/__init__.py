"""The generator of the sample retailer, with known truth: `sample.generate(out, seed, customers, days)`."""

from .generator import generate

__all__ = ["generate"]
