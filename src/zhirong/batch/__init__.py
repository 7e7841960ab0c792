"""Blocks of arrays over an Executor: local processes or a Dask cluster, the same numbers on both."""
