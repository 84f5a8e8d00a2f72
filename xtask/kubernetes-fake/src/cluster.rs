//! An API server in memory, with the controllers that a Deployment needs.

mod controllers;
mod request;
pub(crate) mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{Answer, Body, Calls, Server, lock, text};
use request::Target;
use store::{Key, Stored};

/// What becomes of pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollout {
    /// They run after a few looks.
    Runs,
    /// They wait with this reason for ever.
    Waits(&'static str),
    /// They have no node for some looks, and run then.
    Unscheduled,
    /// None can be made.
    Refused,
    /// None runs until the deadline has passed.
    Late,
}

/// A cluster with KEDA and Prometheus's operator: it answers until it is dropped.
#[derive(Debug)]
pub struct FakeCluster {
    api: Arc<ApiServer>,
    calls: Arc<Calls>,
    folder: TempDir,
    #[expect(dead_code, reason = "it stops when it is dropped")]
    server: Server,
}

#[derive(Debug)]
struct ApiServer(Mutex<State>);

/// What is in a cluster, and what becomes of it.
#[derive(Debug)]
pub struct State {
    /// All objects.
    pub objects: BTreeMap<Key, Stored>,
    /// What is installed besides Kubernetes, by plurals.
    pub installed: Vec<&'static str>,
    /// What becomes of pods.
    pub rollout: Rollout,
    /// How long the pods of a Deployment take to end that is removed.
    pub ending: Duration,
    /// Whether finalizers are taken away, and KEDA says anything.
    pub keda_runs: bool,
    /// What KEDA says is wrong.
    pub keda_fails: Option<&'static str>,
    /// A status and a message for all calls that change a kind.
    pub refuses: Option<(&'static str, u16, &'static str)>,
    /// What pods write, by their names: when, as `2026-01-01T00:00:00.000000001Z`, and what.
    pub logs: BTreeMap<String, Vec<(String, String)>>,
    counter: u64,
    looks: u64,
}

fn status(code: u16, reason: &str, message: &str, causes: &[Value]) -> Response<Body> {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "details": {"causes": causes}, "code": code});
    text(code, status.to_string())
}

fn ok(value: &Value) -> Response<Body> {
    text(200, value.to_string())
}

impl FakeCluster {
    /// Begins to listen on this machine.
    #[must_use]
    pub fn start() -> Self {
        let api = Arc::new(ApiServer(Mutex::new(State {
            objects: BTreeMap::new(),
            installed: vec!["scaledobjects", "triggerauthentications", "podmonitors"],
            rollout: Rollout::Runs,
            ending: Duration::ZERO,
            keda_runs: true,
            keda_fails: None,
            refuses: None,
            logs: BTreeMap::new(),
            counter: 0,
            looks: 0,
        })));
        let calls = Arc::new(Calls::default());
        let server = Server::start(Arc::clone(&api), Arc::clone(&calls));
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{}'}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\ncontexts:\n- {{name: dev, context: {{cluster: c, user: u}}}}\n- {{name: prod, context: {{cluster: c, user: u}}}}\n",
            server.address
        );
        let fake = Self { api, calls, folder: tempfile::tempdir().unwrap(), server };
        std::fs::write(fake.kubeconfig(), text).unwrap();
        fake
    }

    /// The file of a kubeconfig whose contexts `dev` and `prod` lead here.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// The calls that it got.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// What is in it. While it is held, the cluster does not answer.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.api.0)
    }

    /// Puts an object there, or properties of one, as another manager.
    pub fn put(&self, plural: &str, namespace: &str, name: &str, manager: &str, value: &Value) {
        let mut state = self.state();
        let key = (plural.to_owned(), namespace.to_owned(), name.to_owned());
        let number = state.counter + 1;
        let stored = state.objects.entry(key).or_insert_with(|| Stored::new(plural, number));
        stored.apply(value, manager, true).unwrap();
        state.changed(plural, namespace, name);
    }

    /// What is there, as `plural/name`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.state().objects.keys().map(|(plural, _, name)| format!("{plural}/{name}")).collect()
    }

    /// The object of that kind and name, as it is; nothing when there is none.
    #[must_use]
    pub fn object(&self, plural: &str, namespace: &str, name: &str) -> Option<Value> {
        let key = (plural.to_owned(), namespace.to_owned(), name.to_owned());
        Some(self.state().objects.get(&key)?.value.clone())
    }
}

impl State {
    fn changed(&mut self, plural: &str, namespace: &str, name: &str) {
        self.counter += 1;
        let version = self.counter.to_string();
        let stored = self.objects.get_mut(&(plural.to_owned(), namespace.to_owned(), name.to_owned())).unwrap();
        let metadata = &mut stored.value["metadata"];
        metadata["resourceVersion"] = json!(version);
        metadata["generation"] = json!(metadata["generation"].as_i64().unwrap_or(0) + 1);
        metadata["name"] = json!(name);
        if !namespace.is_empty() {
            metadata["namespace"] = json!(namespace);
        }
        self.looks = 0;
    }

    fn apply(&mut self, target: &Target, body: &Value) -> Response<Body> {
        if !target.namespace.is_empty()
            && !self.objects.contains_key(&("namespaces".to_owned(), String::new(), target.namespace.clone()))
        {
            return status(404, "NotFound", &format!("namespaces \"{}\" not found", target.namespace), &[]);
        }
        let key = (target.plural.clone(), target.namespace.clone(), target.name.clone());
        let is = |name: &str, value: &str| target.query.get(name).is_some_and(|it| it == value);
        let is_new = !self.objects.contains_key(&key);
        let before = self.objects.get(&key).cloned().unwrap_or_else(|| Stored::new(&target.plural, self.counter + 1));
        let mut after = before.clone();
        if let Err(conflicts) = after.apply(body, &target.query["fieldManager"], is("force", "true")) {
            let cause = |(field, manager): &(String, String)| json!({"reason": "FieldManagerConflict", "message": format!("conflict with \"{manager}\" using v1"), "field": field});
            let causes: Vec<_> = conflicts.iter().map(cause).collect();
            return status(409, "Conflict", "Apply failed with conflicts", &causes);
        }
        if is("dryRun", "All") {
            return ok(&after.value);
        }
        let differs = is_new || after.value != before.value;
        self.objects.insert(key.clone(), after);
        if differs {
            self.changed(&target.plural, &target.namespace, &target.name);
            if target.plural == "deployments" {
                self.make_pods(&target.namespace, &target.name);
            }
        }
        ok(&self.objects[&key].value)
    }

    fn get(&mut self, key: &Key) -> Response<Body> {
        let gone = self.objects.get_mut(key).and_then(|stored| stored.going.as_mut()).is_some_and(|looks| {
            *looks = looks.saturating_sub(1);
            *looks == 0
        });
        let ended = self.objects.get(key).and_then(|stored| stored.ended).is_some_and(|ended| ended <= Instant::now());
        if gone && self.keda_runs || ended {
            self.remove(key);
        }
        match self.objects.get(key).map(|stored| stored.value.clone()) {
            None => status(404, "NotFound", &format!("{} \"{}\" not found", key.0, key.2), &[]),
            Some(value) if key.0 == "deployments" => ok(&self.rolled(value)),
            Some(value) if key.0 == "scaledobjects" => ok(&self.scaled(value)),
            Some(value) => ok(&value),
        }
    }

    fn delete(&mut self, key: &Key, body: &Value) -> Response<Body> {
        let Some(stored) = self.objects.get_mut(key) else { return self.get(key) };
        let uid = &body["preconditions"]["uid"];
        if !uid.is_null() && *uid != stored.value["metadata"]["uid"] {
            return status(409, "Conflict", "the UID in the precondition does not match", &[]);
        }
        if stored.value["metadata"]["finalizers"].is_array() {
            stored.value["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
            stored.going = Some(3);
            return ok(&stored.value);
        }
        if key.0 == "deployments" && !self.ending.is_zero() {
            stored.value["metadata"]["finalizers"] = json!(["foregroundDeletion"]);
            stored.ended = Some(Instant::now() + self.ending);
            return ok(&stored.value);
        }
        self.remove(key);
        ok(&json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}))
    }

    fn remove(&mut self, key: &Key) {
        self.objects.remove(key);
        if key.0 == "deployments" {
            self.objects.retain(|(plural, _, name), _| {
                !(matches!(plural.as_str(), "pods" | "replicasets") && name.starts_with(&key.2))
            });
        }
    }

    fn list(&self, target: &Target) -> Response<Body> {
        let selector = target.query.get("labelSelector").map_or("", String::as_str);
        let is_in = |(plural, namespace, _): &Key| {
            *plural == target.plural && (target.namespace.is_empty() || *namespace == target.namespace)
        };
        let found = self.objects.iter().filter(|(key, stored)| is_in(key) && stored.fits(selector));
        let items: Vec<_> = found.map(|(_, stored)| stored.value.clone()).collect();
        ok(&json!({"kind": "List", "apiVersion": target.version, "metadata": {}, "items": items}))
    }

    /// What a pod wrote since the asked time. A followed log ends as if the container did, so that it is asked for again.
    fn log(&self, target: &Target) -> Response<Body> {
        let Some(lines) = self.logs.get(&target.name) else {
            return text(200, format!("started\nthread 'main' panicked: {}\n", target.name));
        };
        // Kubernetes knows seconds here.
        let since = target.query.get("sinceTime").map_or("", |time| time.trim_end_matches('Z'));
        let with_times = target.query.get("timestamps").is_some_and(|it| it == "true");
        let wanted = lines.iter().filter(|(time, _)| time.as_str() >= since);
        let line =
            |(time, line): &(String, String)| if with_times { format!("{time} {line}\n") } else { format!("{line}\n") };
        text(200, wanted.map(line).collect::<String>())
    }
}

impl Answer for ApiServer {
    fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let target = Target::of(request.uri());
        let mut state = lock(&self.0);
        if target.version == "version" {
            return ok(
                &json!({"major": "1", "minor": "33", "gitVersion": "v1.33.0", "gitCommit": "", "gitTreeState": "",
                "buildDate": "", "goVersion": "", "compiler": "", "platform": ""}),
            );
        }
        if target.plural.is_empty() {
            let own =
                ["keda.sh/v1alpha1", "monitoring.coreos.com/v1"].iter().position(|it| *it == target.version).unwrap();
            let is_of = |plural: &&&str| (**plural == "podmonitors") == (own == 1);
            let resource = |plural: &&str| json!({"name": plural, "singularName": "", "namespaced": true, "kind": "", "verbs": []});
            let resources: Vec<_> = state.installed.iter().filter(is_of).map(resource).collect();
            if resources.is_empty() {
                return text(404, "404 page not found\n");
            }
            return ok(&json!({"groupVersion": target.version, "resources": resources}));
        }
        if let Some((plural, code, message)) = state.refuses
            && plural == target.plural
            && request.method() != "GET"
        {
            return status(code, "Refused", message, &[]);
        }
        let key = (target.plural.clone(), target.namespace.clone(), target.name.clone());
        let body = serde_json::from_slice(request.body()).unwrap_or_default();
        match request.method().as_str() {
            "GET" if target.subresource == "log" => state.log(&target),
            "GET" if target.name.is_empty() => state.list(&target),
            "GET" => state.get(&key),
            "PATCH" => state.apply(&target, &body),
            "DELETE" => state.delete(&key, &body),
            other => panic!("{other}"),
        }
    }
}
