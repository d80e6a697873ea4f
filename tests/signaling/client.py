"""The protocol's small client, for tests of other packages too."""

from signaling.client import ClientError, SignalingClient

__all__ = ["ClientError", "SignalingClient"]
