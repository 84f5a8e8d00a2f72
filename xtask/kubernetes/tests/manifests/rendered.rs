//! What is written is as reviewed, and the same each time.

use crate::workloads::{large, small};

fn text(workloads: &[kubernetes::Workload]) -> String {
    let files = kubernetes::files(&kubernetes::objects(workloads).unwrap());
    files.into_iter().map(|file| format!("# {}\n{}", file.name, file.text)).collect::<Vec<_>>().join("---\n")
}

#[test]
fn a_worker_with_all_defaults_is_as_reviewed() {
    insta::assert_snapshot!(text(&[small()]));
}

#[test]
fn a_worker_with_all_settings_is_as_reviewed() {
    insta::assert_snapshot!(text(&[large()]));
}

#[test]
fn two_renders_are_the_same_bytes_in_any_order_of_workers() {
    assert_eq!(text(&[small(), large()]), text(&[large(), small()]));
}

#[test]
fn workers_share_a_namespace_and_every_file_is_listed_once() {
    let mut elsewhere = small();
    elsewhere.namespace = "returns".to_owned();
    let files = kubernetes::files(&kubernetes::objects(&[small(), large(), elsewhere]).unwrap());
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names.iter().filter(|name| name.contains("-namespace-")).count(), 2);
    let mut unique = names.clone();
    unique.dedup();
    assert_eq!(unique, names);
    assert!(names.is_sorted_by_key(|name| &name[..2]), "{names:?}");
    let list = &files.last().unwrap().text;
    for name in &names[..names.len() - 1] {
        assert_eq!(list.matches(&format!("- {name}\n")).count(), 1, "{name}\n{list}");
    }
}

#[test]
fn no_pod_is_counted_by_the_deployment() {
    for object in kubernetes::objects(&[large()]).unwrap() {
        assert!(object.value()["spec"].get("replicas").is_none(), "{}", object.kind());
    }
}

#[test]
fn a_list_of_files_is_known_again_until_somebody_else_changes_it() {
    let files = kubernetes::files(&kubernetes::objects(&[small(), large()]).unwrap());
    let (list, others) = files.split_last().unwrap();
    let names: Vec<_> = others.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(kubernetes::listed(&list.text), Some(names));
    let text = &list.text;
    let more =
        ["- mine.yaml\n", "- ../00-namespace-shop.yaml\n", "- 00-namespace-/etc/passwd\n", "namePrefix: mine-\n"];
    for changed in
        more.map(|more| format!("{text}{more}")).into_iter().chain([format!("# mine\n{text}"), String::new()])
    {
        assert_eq!(kubernetes::listed(&changed), None, "{changed}");
    }
    assert_eq!(kubernetes::files(&[]), []);
}
