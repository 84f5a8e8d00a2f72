//! The functions of the system of spaceship sightings.
