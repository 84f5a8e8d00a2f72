//! The functions of the system of spaceship sightings.
//!
//! [`consumer`] keeps the sightings of the queue, [`calculator`] counts the recent ones, and [`counts`] answers from
//! what the calculator found last.

pub mod calculator;
pub mod consumer;
pub mod counts;
pub mod subject;
