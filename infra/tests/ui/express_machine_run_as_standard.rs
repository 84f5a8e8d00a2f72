use infra::Ref;
use infra::stepfunctions::{Express, Jsonata, StateMachine, Task, jsonata};

fn price(prices: Ref<StateMachine<Express>>) -> Task<Jsonata> {
    Task::run(prices, jsonata("$states.input"))
}

fn main() {}
