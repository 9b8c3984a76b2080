//! Paths, theme, the choice of glyphs.
