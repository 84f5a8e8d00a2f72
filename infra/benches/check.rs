//! How long it takes to render and to check stacks of one to 1,000 services.

mod services;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use infra::Template;
use infra::check::check_rendered;

fn check(criterion: &mut Criterion) {
    for count in [1, 10, 100, 1_000] {
        let stack = services::stack(count);
        let template = Template::render(&stack);
        let mut group = criterion.benchmark_group("services");
        group.bench_function(BenchmarkId::new("synth", count), |bencher| {
            bencher.iter(|| Template::render(black_box(&stack)).to_compact_json());
        });
        group.bench_function(BenchmarkId::new("check", count), |bencher| {
            bencher.iter(|| check_rendered(black_box(&stack), &template));
        });
        group.bench_function(BenchmarkId::new("synth and check", count), |bencher| {
            bencher.iter(|| {
                let template = Template::render(black_box(&stack));
                (check_rendered(&stack, &template), template.to_compact_json())
            });
        });
        group.finish();
    }
}

criterion_group!(benches, check);
criterion_main!(benches);
