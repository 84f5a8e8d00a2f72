//! The main function of the tests of a system.

/// Runs scenarios on one local cloud, each a trial that is named as its function: those of `in_own_stage` get the
/// cloud, and those of `in_shared_system` what `deploy` makes of it once, when the first of them runs.
macro_rules! scenarios {
    (
        deploy: $deploy:expr,
        in_own_stage: [$($own_module:ident::$own:ident),+ $(,)?],
        in_shared_system: [$($module:ident::$scenario:ident),+ $(,)?] $(,)?
    ) => {{
        use std::sync::{Arc, OnceLock};

        use libtest_mimic::{Arguments, Trial};

        use $crate::common::FreshCloud;

        let arguments = Arguments::from_args();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let deploy: fn(&FreshCloud) -> _ = $deploy;
        let shared = Arc::new((FreshCloud::new(), OnceLock::new()));
        let trials = vec![
            $({
                let (runtime, shared) = (runtime.handle().clone(), Arc::clone(&shared));
                Trial::test(concat!(stringify!($own_module), "::", stringify!($own)), move || {
                    runtime.block_on($own_module::$own(&shared.0));
                    Ok(())
                })
            },)+
            $({
                let (runtime, shared) = (runtime.handle().clone(), Arc::clone(&shared));
                Trial::test(concat!(stringify!($module), "::", stringify!($scenario)), move || {
                    let (cloud, system) = &*shared;
                    let system = system.get_or_init(|| deploy(cloud));
                    runtime.block_on($module::$scenario(system));
                    Ok(())
                })
            },)+
        ];
        libtest_mimic::run(&arguments, trials).exit_code()
    }};
}

pub(crate) use scenarios;
