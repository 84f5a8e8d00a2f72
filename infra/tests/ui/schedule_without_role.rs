use infra::Stack;
use infra::scheduler::{Expression, Schedule, Target};

fn add(stack: &mut Stack, target: Target) {
    stack.named("Daily").add(Schedule::new(Expression::Days(1), target));
}

fn main() {}
