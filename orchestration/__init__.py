"""Tekil's moving parts: `defs` says what runs, `lib` says how it is done."""
