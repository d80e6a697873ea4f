"""The whole product, with real browsers."""
