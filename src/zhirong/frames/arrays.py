"""The type of a table as arrays."""

from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]
"""What comes out where a dictionary of arrays went in."""
