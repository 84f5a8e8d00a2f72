//! What a program carries of its calls: an audit of the built program tells from it which binding makes which call, and
//! where. What nothing calls is not in the program, and neither is its evidence.

use std::any::type_name;
use std::hint::black_box;
use std::marker::PhantomData;
use std::panic::Location;

/// A call of `Operation` through `Binding`: its name, as [`type_name`] gives it, is in a program that can make the call.
#[derive(Debug)]
pub struct Call<Binding, Operation>(PhantomData<fn() -> (Binding, Operation)>);

/// Leaves the call's name and its place in the program; it costs a few instructions.
///
/// [`crate::binding!`] writes it into each call. A call that is written by hand begins with it.
#[inline]
#[track_caller]
pub fn call<Binding, Operation>() {
    black_box((type_name::<Call<Binding, Operation>>(), Location::caller()));
}

/// Other ways to make a call with the rights of an operation, by whose names the audit of a program knows them: they are
/// listed in `policies::operation`, too.
#[allow(unused_macros, reason = "without an SDK there are no calls")]
macro_rules! ways {
    ($($way:ident of $operation:ident),+ $(,)?) => {
        $(
            #[doc = concat!("A call with the rights of `", stringify!($operation), "`.")]
            #[derive(Debug)]
            enum $way {}
        )+
    };
}
#[allow(unused_imports, reason = "without an SDK there are no calls")]
pub(crate) use ways;
