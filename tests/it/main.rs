//! Integration tests, in one binary: they share the dependencies' link time.
