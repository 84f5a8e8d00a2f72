//! One file for each command.

pub mod bench;
pub mod catalogue;
pub mod check;
pub mod console;
pub mod deploy;
pub mod destroy;
pub mod dev;
pub mod diff;
pub mod doctor;
pub mod drift;
pub mod graph;
pub mod init;
pub mod invoke;
pub mod list;
pub mod local;
pub mod logs;
pub mod new;
pub mod outputs;
pub mod peek;
pub mod policy_audit;
pub mod redrive;
pub mod restore;
pub mod schemas;
pub mod send;
pub mod synth;
