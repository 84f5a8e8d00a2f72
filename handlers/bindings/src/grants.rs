//! Which operations a binding grants, in its type.

/// A list of operations on things of the kind `On`: one operation, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation on this kind of resource",
    label = "not an operation this binding can grant"
)]
pub trait Actions<On> {
    /// The IAM actions that the operations need, in the order of the type.
    fn actions() -> Vec<&'static str>;
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

/// Declares the operations on one kind of thing, each with the IAM action it needs.
macro_rules! operations {
    ($on:ty: $($(#[$doc:meta])* $operation:ident = $action:literal),+ $(,)?) => {
        $(
            impl $crate::grants::Actions<$on> for $operation {
                fn actions() -> Vec<&'static str> {
                    vec![$action]
                }
            }
        )+
    };
}

/// Declares the marker types of operations.
macro_rules! operation_types {
    ($($operation:ident),+ $(,)?) => {
        $(
            #[doc = concat!("The operation `", stringify!($operation), "`.")]
            #[derive(Debug)]
            pub struct $operation;
        )+
    };
}

pub(crate) use {operation_types, operations};

macro_rules! tuples {
    ($($name:ident $position:literal),+) => {
        impl<On, $($name: Actions<On>),+> Actions<On> for ($($name,)+) {
            fn actions() -> Vec<&'static str> {
                [$($name::actions()),+].concat()
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
