//! What a binding's type refuses, and how the compiler says it.

#[test]
fn a_binding_grants_operations_of_its_kind_only() {
    trybuild::TestCases::new().compile_fail("tests/misuse/operation-of-another-kind.rs");
}

#[test]
#[cfg(feature = "dynamodb")]
fn a_call_that_the_binding_does_not_grant_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/ungranted-call.rs");
}
