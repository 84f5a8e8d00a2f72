use infra::Ref;
use infra::pipes::Enrichment;
use infra::stepfunctions::StateMachine;

fn enrich(machine: Ref<StateMachine>) -> Enrichment {
    Enrichment::Machine(machine)
}

fn main() {}
