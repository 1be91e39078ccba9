"""The benchmark suite: echo servers side by side, in interleaved rounds, and what follows from the figures.

plan says what is measured, rounds runs it, turn makes one server's turn in a round, store keeps every figure on disk,
figures and intervals make medians and intervals of them, targets compares those with what is wanted, report and plots
write them down. Only plots needs more than Python's standard library.
"""
