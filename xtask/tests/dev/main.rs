//! `deploy --hotswap` and `dev` on a fresh local cloud, with a workspace whose function is compiled in a second.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod dev;
mod hotswap;
mod project;
