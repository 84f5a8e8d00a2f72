//! The functions of the system of spaceship sightings.

pub mod calculator;
pub mod consumer;
pub mod counts;
