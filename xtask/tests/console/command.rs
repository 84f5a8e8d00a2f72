//! `console` as a command.

use testing::LocalCloud;

#[test]
fn what_cannot_be_shown_is_told_before_anything_listens() {
    let cloud = LocalCloud::fresh();
    let unknown = cloud.attempt(&["console", "spaceship", "--local"]).expect(6);
    assert!(unknown.stderr.contains("help: did you mean `spaceships`?"), "{unknown}");
    let absent = cloud.attempt(&["console", "spaceships", "--local"]).expect(6);
    assert!(absent.stderr.contains("`spaceships` is not deployed to the local cloud"), "{absent}");
    let nothing = cloud.attempt(&["console", "--local"]).expect(6);
    assert!(nothing.stderr.contains("no stack of the workspace is deployed to the local cloud"), "{nothing}");
}

#[test]
fn options_are_those_of_the_stacks() {
    let cloud = LocalCloud::fresh();
    let unknown = cloud.attempt(&["console", "order-requests", "--local", "--option", "odering=Fifo"]).expect(2);
    assert!(unknown.stderr.contains("help: did you mean `ordering`?"), "{unknown}");
    let other = cloud.attempt(&["console", "order-requests", "--local", "--option", "ordering=fi"]).expect(2);
    assert!(other.stderr.contains("`fi`"), "{other}");
    // Known, it comes as far as the cloud.
    let absent = cloud.attempt(&["console", "order-requests", "--local", "--option", "ordering=fifo"]).expect(6);
    assert!(absent.stderr.contains("`order-requests` is not deployed to the local cloud"), "{absent}");
}

#[test]
fn a_port_that_is_taken_is_told_at_once() {
    let cloud = LocalCloud::fresh();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = cloud.attempt(&["console", "spaceships", "--local", "--port", &port]).expect(1);
    assert!(refused.stderr.contains(&format!("something else listens on the port {port}")), "{refused}");
}
