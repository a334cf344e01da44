"""opencap-processing's own analyses beside ours, on the same session."""

from assessment.crosscheck.checkout import Checkout, find_checkout
from assessment.crosscheck.compare import compare_results
from assessment.crosscheck.records import Crosscheck, CrosscheckRow

__all__ = ["Checkout", "Crosscheck", "CrosscheckRow", "compare_results", "find_checkout"]
