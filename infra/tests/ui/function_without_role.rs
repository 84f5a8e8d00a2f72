use bindings::Program;
use infra::Stack;
use infra::lambda::Function;

fn add(stack: &mut Stack, counts: impl Program) {
    stack.named("Counts").add(Function::rust(counts));
}

fn main() {}
