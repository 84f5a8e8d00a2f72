//! The three functions against a cloud on loopback: their real HTTP calls, answered as AWS answers them.

mod calculator;
mod cloud;
mod consumer;
mod counts;
mod dynamodb;
