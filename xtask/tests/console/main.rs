//! The console: who gets in, what its page is made of, and how it is used in a browser where this machine has one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod access;
mod aws;
#[path = "../common/browser.rs"]
mod browser;
mod call;
mod changes;
mod command;
mod open;
mod page;
#[allow(dead_code, reason = "the tests of deployments use more of it")]
#[path = "../deployment/project.rs"]
mod project;
mod size;
