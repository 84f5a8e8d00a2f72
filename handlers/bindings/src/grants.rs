//! Which operations a binding grants, in its type.

/// A list of operations on things of the kind `On`: one operation, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation on this kind of resource",
    label = "not an operation this binding can grant"
)]
pub trait Actions<On> {
    /// The operations, in the order of the type.
    fn granted() -> Vec<Granted>;
}

/// An operation that a binding grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// The service, as its SDK is named: `dynamodb` for `aws_sdk_dynamodb`.
    pub service: &'static str,
    /// The operation, such as `PutItem`.
    pub operation: &'static str,
    /// The IAM actions that it needs, each with a pattern of what it acts on: see [`crate::resource::Target`].
    pub actions: &'static [(&'static str, &'static str)],
}

/// Nothing: a binding that names a resource and grants nothing on it.
impl<On> Actions<On> for () {
    fn granted() -> Vec<Granted> {
        Vec::new()
    }
}

/// A list of operations that contains `Operation`. `Position` is inferred.
#[diagnostic::on_unimplemented(
    message = "this binding does not grant `{Operation}`",
    label = "`{Operation}` is not among the operations of the binding's type",
    note = "a function may only call what its binding grants, and its role grants only that: add `{Operation}` to the \
            binding's type if the function needs it"
)]
pub trait Grants<Operation, Position> {}

impl<Operation> Grants<Operation, Only> for Operation {}

/// The position of the only operation of a list.
#[derive(Debug)]
pub struct Only;

/// The position of the `N`th operation of a tuple.
#[derive(Debug)]
pub struct At<const N: usize>;

macro_rules! tuples {
    ($($name:ident $position:literal),+) => {
        impl<On, $($name: Actions<On>),+> Actions<On> for ($($name,)+) {
            fn granted() -> Vec<Granted> {
                [$($name::granted()),+].concat()
            }
        }
        tuples!(@grants ($($name),+) $($name $position),+);
    };
    (@grants $all:tt $($name:ident $position:literal),+) => {
        $(tuples!(@one $all $name $position);)+
    };
    (@one ($($all:ident),+) $name:ident $position:literal) => {
        #[diagnostic::do_not_recommend]
        impl<$($all),+> Grants<$name, At<$position>> for ($($all,)+) {}
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
