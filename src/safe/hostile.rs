//! Hostile text, judged by a Markdown parser.
