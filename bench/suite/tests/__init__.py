"""Tests of the suite's own rules, with made-up results: nothing is measured, and no server runs."""
