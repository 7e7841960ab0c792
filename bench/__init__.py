"""Side-by-side measurements: each work beside a peer in one run, the answers compared."""
