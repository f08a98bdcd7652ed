//! Access questions.
