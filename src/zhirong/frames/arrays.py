"""The type of a table as arrays."""

from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]
"""The result for input given as a dictionary of arrays."""
