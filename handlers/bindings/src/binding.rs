//! The macro that declares a binding.

/// Declares a binding: its type, its operations with the IAM actions that they need, and their calls.
///
/// It stands in a module that is named as the SDK, `kinesis` for `aws_sdk_kinesis`: by this name the audit of a built
/// program knows the service. It works for services that have no binding here, in any crate that depends on this one with
/// the feature `runtime`, and on the SDK.
///
/// ```
/// # #[cfg(feature = "sqs")]
/// mod sqs {
///     bindings::binding! {
///         /// A queue that is emptied. Its environment variable is the queue's URL.
///         pub struct Emptied(url);
///         use aws_sdk_sqs;
///
///         PurgeQueue: "sqs:PurgeQueue" => purge_queue() -> PurgeQueueFluentBuilder { queue_url: url() };
///     }
/// }
/// ```
///
/// The first lines say the type, and in parentheses what its environment variable is and by which method a function asks
/// for it. For `arn` the variable is the resource's ARN, else what `!Ref` gives. Without parentheses the module writes its
/// own methods. `pub struct Index(path) beside Table;` has no operations but those of another binding of the module, and
/// `pub struct Queue(url) of M;` may say as `M` what goes through it: see [`crate::message`].
/// `use aws_sdk_sqs if (feature = "sqs");` compiles the calls only under a condition, and `use aws_sdk_sqs telling Sent;`
/// says what is logged of calls: see [`crate::trace::Effects`].
///
/// Each operation has the actions that it needs. An action is granted on the resource itself, or on what `on` says: `"*"`,
/// or a pattern such as `"{arn}/*"`, see [`crate::resource::Target`]. Then comes its call: the SDK's method with the
/// arguments of the binding's, the type that it returns, and the parameters that the binding fills in, each with a method
/// of the binding's. `by hand` stands for a call that the module writes itself.
#[macro_export]
macro_rules! binding {
    (
        $(#[$doc:meta])*
        pub struct $name:ident $(($accessor:ident))? $(of $message:ident)? $(beside $other:ident)?;
        use $sdk:ident $(telling $effects:ident)? $(if $gate:tt)?;
        $($operations:tt)*
    ) => {
        $crate::binding! {
            @gated [$($gate)?] [$(#[$doc])*] $name [$($message)?] [$($accessor)?] [$($other)?] $sdk [$($effects)?]
            $($operations)*
        }
    };
    (@gated [] $($rest:tt)*) => {
        $crate::binding! { @declared (all()) $($rest)* }
    };
    (@gated [$gate:tt] $($rest:tt)*) => {
        $crate::binding! { @declared $gate $($rest)* }
    };
    (
        @declared $gate:tt [$(#[$doc:meta])*] $name:ident [$($message:ident)?] [$($accessor:ident)?] $other:tt
        $sdk:ident [$($effects:ident)?]
        $(
            $operation:ident: $($action:literal $(on $on:literal)?),+ => $call:ident
            $(
                ($($argument:ident: $type:ty),* $(,)?) -> $builder:ident
                { $($setter:ident: $value:ident($($of:tt)*)),* $(,)? } $(of any $any:ident)?
            )?
            $(by $hand:ident)?;
        )*
    ) => {
        $crate::binding! { @markers $other $($operation)* }

        $(#[$doc])*
        pub struct $name<A $(, $message = $crate::message::Untyped)?> {
            resource: $crate::resource::Held,
            #[cfg $gate]
            client: $crate::runtime::Client<$name<()>>,
            actions: std::marker::PhantomData<fn() -> (A, $($message)?)>,
        }

        const _: () = assert!(
            $crate::support::is_named_as(module_path!(), stringify!($sdk)),
            "`binding!` stands in a module that is named as the SDK: `kinesis` for `aws_sdk_kinesis`"
        );

        impl $crate::resource::Kind for $name<()> {
            const VALUE: &'static str = concat!($(stringify!($accessor))?);

            fn operations() -> Vec<$crate::Granted> {
                [$(<$operation as $crate::Actions<$name<()>>>::granted()),*].concat()
            }
        }

        $(
            impl $crate::Actions<$name<()>> for $operation {
                fn granted() -> Vec<$crate::Granted> {
                    vec![$crate::Granted {
                        service: $crate::support::last(module_path!()),
                        operation: stringify!($operation),
                        actions: &[$(($action, [$($on,)? "{arn}"][0])),+],
                    }]
                }
            }
        )*

        impl<A $(, $message)?> $name<A $(, $message)?> {
            fn of(resource: $crate::resource::Held) -> Self {
                Self {
                    resource,
                    #[cfg $gate]
                    client: Default::default(),
                    actions: std::marker::PhantomData,
                }
            }

            $(
                #[doc = concat!("The resource's ", stringify!($accessor), "; empty in the stack.")]
                #[must_use]
                pub fn $accessor(&self) -> &str {
                    self.resource.name()
                }
            )?
        }

        impl<A: $crate::Actions<$name<()>> $(, $message)?> $name<A $(, $message)?> {
            $(
                /// Declares the binding in a stack by the value of its environment variable, the resource's
                #[doc = concat!(stringify!($accessor), ",")]
                /// and the ARN: strings, or CloudFormation's intrinsic functions. Typed references convert by `into()`.
                #[must_use]
                pub fn declared(variable: $crate::support::Value, arn: $crate::support::Value) -> Self {
                    $crate::resource::Target::new(variable, arn).into()
                }
            )?
        }

        impl<A: $crate::Actions<$name<()>>, T: $crate::Reference<$name<()>> $(, $message)?> From<T>
            for $name<A $(, $message)?>
        {
            fn from(reference: T) -> Self {
                Self::of($crate::resource::Held::of(reference))
            }
        }

        impl<A $(, $message)?> std::fmt::Debug for $name<A $(, $message)?> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.resource).finish()
            }
        }

        impl<A $(, $message)?> Clone for $name<A $(, $message)?> {
            fn clone(&self) -> Self {
                Self {
                    resource: self.resource.clone(),
                    #[cfg $gate]
                    client: self.client.clone(),
                    actions: std::marker::PhantomData,
                }
            }
        }

        impl<A: $crate::Actions<$name<()>> $(, $message: $crate::message::Carried)?> $crate::support::Serialize
            for $name<A $(, $message)?>
        {
            fn serialize<S: $crate::support::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let carried = $crate::binding!(@carried $($message)?);
                self.resource.serialize::<Self, $name<()>, A, S>(carried, serializer)
            }
        }

        impl<'de, A $(, $message)?> $crate::support::Deserialize<'de> for $name<A $(, $message)?> {
            fn deserialize<D: $crate::support::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self {
                    resource: $crate::resource::Held::bound(deserializer)?,
                    #[cfg $gate]
                    client: $crate::runtime::Client::current(),
                    actions: std::marker::PhantomData,
                })
            }
        }

        #[cfg $gate]
        impl $crate::runtime::Sdk for $name<()> {
            type Client = $sdk::Client;
            type Effects = $crate::binding!(@effects $($effects)?);

            fn connect(config: &$crate::runtime::SdkConfig) -> Self::Client {
                let tracing = $crate::trace::Tracing::<Self::Effects>::default();
                $sdk::Client::from_conf($sdk::config::Builder::from(config).interceptor(tracing).build())
            }

            fn offline() -> Self::Client {
                let latest = $sdk::config::BehaviorVersion::latest();
                $sdk::Client::from_conf($sdk::Config::builder().behavior_version(latest).build())
            }
        }

        #[cfg $gate]
        impl<A $(, $message)?> $name<A $(, $message)?> {
            $($(
                #[doc = concat!("The SDK's `", stringify!($call), "`, with what this binding names filled in.")]
                #[must_use]
                #[track_caller]
                pub fn $call<P>(
                    &self, $($argument: $type),*
                ) -> $sdk::operation::$call::builders::$builder
                where
                    A: $crate::Grants<$operation, P>,
                    $($any: $crate::message::Anything)?
                {
                    $crate::evidence::call::<Self, $operation>();
                    self.client.get().$call()$(.$setter(self.$value($($of)*)))*
                }
            )?)*
        }
    };
    (@markers [$other:ident] $($operation:ident)*) => {};
    (@markers [] $($operation:ident)*) => {
        $(
            #[doc = concat!("The operation `", stringify!($operation), "`.")]
            #[derive(Debug)]
            pub struct $operation;
        )*
    };
    (@carried) => { Default::default() };
    (@carried $message:ident) => { $crate::message::Sides::of::<$message>() };
    (@effects) => { $crate::trace::Silent };
    (@effects $effects:ident) => { $effects };
}
