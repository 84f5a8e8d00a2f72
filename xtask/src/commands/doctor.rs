//! `doctor`: what the machine needs, and what it lacks.
