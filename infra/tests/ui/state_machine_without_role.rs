use infra::Stack;
use infra::stepfunctions::{Jsonata, StateMachine, States};

fn add(stack: &mut Stack, states: States<Jsonata>) {
    stack.named("Order").add(StateMachine::standard(states));
}

fn main() {}
