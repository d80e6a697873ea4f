"""The media server: negotiation, selection and layers in Python, the packet path in Rust (`_native`, sfu/native).

Begin at `service.MediaServer`; what its callers need is in `types`, who closes whom in LIFETIMES.md.
"""
