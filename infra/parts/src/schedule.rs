//! Schedules and pipes, each with its role.

use infra::iam::{InlinePolicy, Role};
use infra::pipes::Pipe;
use infra::scheduler::Schedule;
use infra::{Ref, Stack};

/// Adds the schedule as `{id}`, and its role `{id}Role`, which allows exactly what the schedule does, and only those of its group to
/// take it on.
///
/// ```
/// use infra::scheduler::{Expression, Schedule, Target};
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage};
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let reports = stack.named("Reports").add(StandardQueue::default());
/// let mornings = Expression::Cron { fields: "0 7 ? * MON-FRI *", zone: "Europe/Zurich" };
/// parts::schedule(&mut stack, "Mornings", Schedule::new(mornings, Target::queue(reports)));
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn schedule(stack: &mut Stack, id: &'static str, schedule: Schedule<()>) -> Ref<Schedule> {
    let policy =
        InlinePolicy { policy_name: "target".to_owned(), policy_document: schedule.rights().into_iter().collect() };
    let role = Role { policies: vec![policy], ..schedule.trusting_role() };
    let role = stack.named(format!("{id}Role")).add(role);
    stack.named(id).add(schedule.with_role(role))
}

/// Adds the pipe as `{id}`, and its role `{id}Role`, which allows exactly to take from the pipe's source, to hand to its target, and
/// what is between.
///
/// ```
/// use infra::pipes::{Messages, Pipe, Source, Target};
/// use infra::sns::StandardTopic;
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage};
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let orders = stack.named("Orders").add(StandardQueue::default());
/// let news = stack.named("News").add(StandardTopic::default());
/// parts::pipe(&mut stack, "Told", Pipe::new(Source::queue(orders, Messages::default()), Target::topic(news)));
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn pipe(stack: &mut Stack, id: &'static str, pipe: Pipe<()>) -> Ref<Pipe> {
    let policy = InlinePolicy { policy_name: "pipe".to_owned(), policy_document: pipe.rights().into_iter().collect() };
    // The role is before the pipe, so that it cannot refer to it.
    let name = pipe.name.clone().unwrap_or_else(|| "*".into());
    let own = name.surrounded("arn:${AWS::Partition}:pipes:${AWS::Region}:${AWS::AccountId}:pipe/", "");
    let role = Role { policies: vec![policy], ..Role::for_service_on_behalf_of("pipes.amazonaws.com", own) };
    let role = stack.named(format!("{id}Role")).add(role);
    stack.named(id).add(pipe.with_role(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pipe_itself_may_take_on_its_role() {
        use infra::pipes::{Messages, Source, Target};
        use infra::{Stage, Template};

        let mut stack = Stack::new("shop", &Stage::default());
        let queue = stack.named("Orders").add(infra::sqs::StandardQueue::default());
        let topic = stack.named("News").add(infra::sns::StandardTopic::default());
        let told = Pipe {
            name: Some("told".into()),
            ..Pipe::new(Source::queue(queue, Messages::default()), Target::topic(topic))
        };
        pipe(&mut stack, "Told", told);
        let template = Template::render(&stack);
        let trust = &template.resource("ToldRole").unwrap()["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
        let arn = "arn:${AWS::Partition}:pipes:${AWS::Region}:${AWS::AccountId}:pipe/told";
        assert_eq!(trust["Condition"]["ArnLike"]["aws:SourceArn"][0]["Fn::Sub"], arn);
    }
}
