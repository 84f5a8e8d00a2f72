//! Much at once: ten thousand events and a hundred functions.

use std::fmt::Write as _;

use serde_json::json;

use crate::changes::Page;
use crate::project::Project;

/// Scrolls as fast as the browser draws, while events arrive; how long frames took, and how many rows there were.
const SCROLL: &str = r"(async () => {
  const { take, state } = await import('/state.js');
  const event = (number) => ({
    number, time: 1_000 + number, stack: 'orders', part: `F${number % 100}`, kind: 'log', level: 'info',
    request: `r${number >> 3}`, text: `line ${number}`, fields: { message_id: `m${number >> 2}` },
  });
  take({ events: Array.from({ length: 10_000 }, (_, number) => event(number)) });
  await new Promise((done) => setTimeout(done, 1_000));
  const list = document.querySelector('.rows');
  const frames = [];
  let most = 0;
  let last = performance.now();
  for (let step = 0; step < 200; step += 1) {
    list.scrollTop = (step * 797) % list.scrollHeight;
    if (step % 10 === 0) {
      take({
        events: [event(10_000 + step)],
        numbers: { orders: { [`F${step % 100}`]: { kind: 'function', invocations: step, errors: 0, denied: 0, p50: 1, p99: 2 } } },
      });
    }
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll('.rows .row').length);
    frames.push(performance.now() - last);
    last = performance.now();
  }
  frames.sort((one, other) => one - other);
  window.measured = { most, median: frames[100], longest: frames[199], kept: state.events.length };
})(); true";

#[test]
fn of_ten_thousand_events_only_those_in_sight_are_on_the_page() {
    let mut stack = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
"
    .to_owned();
    for number in 0..100 {
        write!(
            stack,
            "  F{number}:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: nodejs22.x\n      \
             Handler: index.handler\n      Role: !GetAtt Role.Arn\n      Code: {{ZipFile: 'exports.handler = 1'}}\n"
        )
        .unwrap();
    }
    let project = Project::new(&stack);
    project.aws.set_paging(100);
    let deployed = project.deploy();
    assert_eq!(deployed.code, Some(0), "{deployed}");
    let Some(mut page) = Page::open(project.command(&["console", "orders", "--json"])) else { return };
    assert_eq!(page.browser.evaluate("document.querySelectorAll('[data-part]').length"), 100);
    page.browser.evaluate(SCROLL);
    page.browser.wait_for("Boolean(window.measured)");
    let measured = page.browser.evaluate("window.measured");
    // How long frames took is for `--nocapture`.
    println!("{measured}");
    // Only rows that are seen are in the page, however many events there are.
    assert!(measured["most"].as_u64().unwrap() < 60, "{measured}");
    assert_eq!(measured["kept"], json!(10_000));
    assert_eq!(page.browser.errors(), [] as [&str; 0]);
}
