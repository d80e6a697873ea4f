"""For all tests: nothing but what must happen before the first of them."""

import hypothesis  # noqa: F401  imported early: pytest's plugin would import it at the very end, deep in its own stack
