//! What is said of names that nothing has, and of flags that do not fit.

use testing::LocalCloud;

use crate::{deploy, run};

#[test]
fn a_name_that_nothing_has_is_told_with_the_nearest() {
    let cloud = LocalCloud::fresh();
    let missing = run(&cloud, "logs", &[]).expect(6);
    assert!(missing.stderr.contains("`spaceships` is not deployed to the local cloud"), "{missing}");
    assert!(missing.stderr.contains("cargo xtask deploy spaceships --local"), "{missing}");
    let _system = deploy(&cloud, "http://127.0.0.1:1/");
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("logs", &["Consumr"], &["`spaceships` has no function `Consumr`", "did you mean `Consumer`?"]),
        ("logs", &["spaceship-consumer"], &["did you mean `spaceships-consumer`?"]),
        ("invoke", &["x", "--event", "{}"], &["has no function `x`", "its functions: Consumer, Calculator, Counts"]),
        ("peek", &["Sightings"], &["`Sightings` of `spaceships` is no queue: its type is AWS::DynamoDB::Table"]),
        ("peek", &["SightingsQueu"], &["did you mean `SightingsQueue`?"]),
        ("redrive", &["SightingDlq"], &["did you mean `SightingsDlq`?"]),
        ("send", &["Bus", "{}"], &["`spaceships` has no queue, topic, event bus, rule or bucket `Bus`"]),
        ("send", &["SightingsQueue", "{}", "--key", "a"], &["`--key` is for a bucket, and `SightingsQueue` is none"]),
        ("send", &["SightingsQueue", "{}", "--source", "a"], &["`--source` is for an event bus"]),
    ];
    for (command, arguments, expected) in cases {
        let refused = run(&cloud, command, arguments).expect(2);
        for said in expected {
            assert!(refused.stderr.contains(said), "no {said} in {refused}");
        }
        assert_eq!(refused.stdout, "");
    }

    // What invokes no function has no example.
    for (arguments, said) in [
        (["Consumer", "--example", "api"], "`spaceships` has no route that leads to `Consumer`"),
        (["Consumer", "--example", "s3"], "`spaceships` has no bucket"),
        (["Counts", "--example", "sns"], "`spaceships` has no topic"),
        (["Counts", "--example", "schedule"], "`spaceships` has no rule with a schedule"),
    ] {
        let refused = run(&cloud, "invoke", &arguments).expect(1);
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
        assert!(refused.stderr.contains("`--event` takes any event"), "{refused}");
    }
}
