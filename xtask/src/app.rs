//! The app of the workspace: found, built, run, and read as data.
