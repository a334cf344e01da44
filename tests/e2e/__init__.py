"""The whole road in a real browser: `make e2e`. Not part of `make test`: it takes minutes."""
