//! The packet path: no Python, no sockets, no clock.
