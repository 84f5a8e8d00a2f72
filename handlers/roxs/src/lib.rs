//! The functions of the roxs system.
//!
//! [`images`] makes smaller images of those that are uploaded, [`logs`] archives and indexes log entries,
//! [`notifications`] publishes notifications and keeps their history, [`api`] shows what the others keep, and
//! [`dashboard`] counts it.

pub mod api;
mod attributes;
pub mod dashboard;
pub mod error;
mod identity;
pub mod images;
mod instant;
pub mod logs;
pub mod notifications;
mod tally;
