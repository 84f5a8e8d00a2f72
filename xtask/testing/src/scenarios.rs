//! The main function of tests that share a deployment.

/// Runs scenarios on one local cloud, each a test that is named as its function. Those of `in_shared_system` get what
/// `deploy` makes of the local cloud, once, when the first of them runs; those of `in_own_stage` get the local cloud, to
/// deploy a stage that they may break. After the last one the local cloud is stopped.
///
/// The test has a main function of its own, so its entry in `Cargo.toml` has `harness = false`:
///
/// ```toml
/// [[test]]
/// name = "orders"
/// harness = false
/// ```
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use testing::{Deployment, LocalCloud};
///
/// async fn an_order_is_kept(orders: &Deployment) {
///     orders.post("ApiUrl", "/orders", r#"{"id": "1"}"#).await;
/// }
///
/// async fn nothing_is_left_at_the_end(cloud: &LocalCloud) {
///     cloud.system("orders").stage("end").deploy().destroy();
/// }
///
/// fn main() -> ExitCode {
///     testing::scenarios! {
///         deploy: |cloud| cloud.deploy("orders"),
///         in_own_stage: [nothing_is_left_at_the_end],
///         in_shared_system: [an_order_is_kept],
///     }
/// }
/// ```
///
/// `cloud: LocalCloud::with_variables([("NAME", "value")]),` as the first line chooses the local cloud.
#[macro_export]
macro_rules! scenarios {
    (deploy: $($rest:tt)*) => {
        $crate::scenarios! { cloud: $crate::LocalCloud::fresh(), deploy: $($rest)* }
    };
    (
        cloud: $cloud:expr,
        deploy: $deploy:expr,
        in_own_stage: [$($own:ident $(:: $own_rest:ident)*),* $(,)?],
        in_shared_system: [$($shared:ident $(:: $shared_rest:ident)*),* $(,)?] $(,)?
    ) => {{
        use ::std::sync::{Arc, LazyLock};

        use $crate::private::libtest_mimic::{Arguments, Trial, run};

        let arguments = Arguments::from_args();
        let runtime = $crate::private::tokio::runtime::Runtime::new().expect("a runtime for asynchronous tests");
        let cloud: $crate::LocalCloud = $cloud;
        let deploy: fn(&$crate::LocalCloud) -> _ = $deploy;
        let system = {
            let cloud = cloud.clone();
            Arc::new(LazyLock::new(move || deploy(&cloud)))
        };
        let trials = ::std::vec![
            $({
                let (runtime, cloud) = (runtime.handle().clone(), cloud.clone());
                Trial::test(concat!(stringify!($own) $(, "::", stringify!($own_rest))*), move || {
                    runtime.block_on($own $(:: $own_rest)* (&cloud));
                    Ok(())
                })
            },)*
            $({
                let (runtime, system) = (runtime.handle().clone(), Arc::clone(&system));
                Trial::test(concat!(stringify!($shared) $(, "::", stringify!($shared_rest))*), move || {
                    let system = &**system;
                    runtime.block_on($shared $(:: $shared_rest)* (system));
                    Ok(())
                })
            },)*
        ];
        run(&arguments, trials).exit_code()
    }};
}
