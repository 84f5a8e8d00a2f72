//! How long the commands that ask nobody take: `synth`, `check` and the comparison of `diff`, from the Rust source of a
//! stack on.

mod services;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use infra::check::check_rendered;
use infra::{Stack, Stage, Template};
use plan::{Plan, Snapshot};

/// The allocator of the command line, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn benchmark(criterion: &mut Criterion) {
    measure(criterion, "spaceships", || stacks::spaceships::stack(&Stage::default()));
    measure(criterion, "1000 services", || services::stack(1_000));
}

fn measure(criterion: &mut Criterion, name: &str, stack: impl Fn() -> Stack) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    let render = |stack: &Stack| Template::render(black_box(stack)).to_compact_json();
    group.bench_function(BenchmarkId::from_parameter("synth"), |bencher| bencher.iter(|| render(&stack())));
    group.bench_function(BenchmarkId::from_parameter("check"), |bencher| {
        let stack = stack();
        let template = Template::render(&stack);
        bencher.iter(|| check_rendered(black_box(&stack), &template));
    });
    group.bench_function(BenchmarkId::from_parameter("synth and check"), |bencher| {
        bencher.iter(|| {
            let stack = stack();
            let template = Template::render(&stack);
            (check_rendered(&stack, &template), template.to_compact_json())
        });
    });
    let [before, after] = ["30", "31"].map(|days| snapshot(&render(&stack()), days));
    group.bench_function(BenchmarkId::from_parameter("diff"), |bencher| {
        bencher.iter(|| Plan::between(Some(black_box(&before)), &after));
    });
    group.finish();
}

/// The template with another retention of every log group.
fn snapshot(template: &str, days: &str) -> Snapshot {
    let changed = template.replace("\"RetentionInDays\":30", &format!("\"RetentionInDays\":{days}"));
    let template = Template::parse(&changed).unwrap_or_else(|error| unreachable!("a rendered template: {error}"));
    Snapshot { template, ..Snapshot::default() }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
