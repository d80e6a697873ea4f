"""What several test packages share: a running server, coloured cameras, network namespaces."""
