//! What the tests of the command line share.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test program uses a part of it")]

mod answer;
mod deployment;
mod ended;
mod fresh_cloud;
pub(crate) mod grants;
pub(crate) mod patience;
pub(crate) mod picture;
mod scenarios;

pub(crate) use answer::{Answer, http_client};
pub(crate) use deployment::Deployment;
pub(crate) use ended::{Ended, stderr, xtask};
pub(crate) use fresh_cloud::FreshCloud;
pub(crate) use scenarios::scenarios;
