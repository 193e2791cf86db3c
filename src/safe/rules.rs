//! The rules: kinds of secrets and their shapes.
