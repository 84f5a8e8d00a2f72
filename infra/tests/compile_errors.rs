//! The promises of a compile error, each with the message that a user reads.
//!
//! All in one test: they share one build of the dependencies.

#[test]
fn a_mistake_in_a_stack_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
