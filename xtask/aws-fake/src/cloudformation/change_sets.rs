//! Change sets.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html>

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{Change, Step, actual};
use super::events::Entry;
use super::operations::{Kind, OnFailure, Operation};
use super::stacks::{self, Mode, Settings, Stack};
use super::validation::{Finding, findings};
use super::{Call, Outcome, invalid, page, template_text, templates};
use crate::account::{Account, Time, iso};
use crate::http::Refusal;
use crate::world::World;
use crate::xml::Xml;

/// Why a change set that was made is of no use.
const NOTHING_SUBMITTED: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";
const NOTHING_TO_UPDATE: &str = "No updates are to be performed.";

/// A change set.
#[derive(Debug, Clone)]
pub(crate) struct ChangeSet {
    pub(crate) id: String,
    pub(crate) name: String,
    status: &'static str,
    execution: &'static str,
    reason: Option<String>,
    created: Time,
    description: Option<String>,
    client_token: Option<String>,
    is_executed: bool,
    /// The token that it was executed with.
    token: Option<String>,
    on_failure: Option<OnFailure>,
    /// Whether it ends before resources are ready, and what it does then when something fails.
    express: Option<OnFailure>,
    settings: Settings,
    /// Whether it brings back what was changed or deleted outside of CloudFormation.
    reverts_drift: bool,
    changes: Vec<Change>,
    findings: Vec<Finding>,
    /// The hook that fails it, with the reason.
    hook: Option<(String, String)>,
    /// What becomes of it once it is looked at often enough: the reason of its failure.
    fate: Option<String>,
}

fn not_found(name: &str) -> Refusal {
    Refusal::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist"))
}

fn wrong_status(set: &ChangeSet, verb: &str) -> Refusal {
    let what = if set.status == "CREATE_COMPLETE" {
        format!("execution status of [{}]", set.execution)
    } else {
        format!("status of [{}]", set.status)
    };
    let message = format!("ChangeSet [{}] cannot be {verb} in its current {what}", set.id);
    Refusal::new(400, "InvalidChangeSetStatus", message)
}

/// The stack and the place of a change set in it. One that was executed is known by its ARN alone.
fn find(world: &World, call: Call<'_>) -> Result<(usize, usize), Refusal> {
    let name = call.form.required("ChangeSetName")?;
    if name.starts_with("arn:") {
        let mut all = world.stacks.iter().enumerate();
        let found =
            all.find_map(|(index, stack)| Some((index, stack.change_sets.iter().position(|it| it.id == name)?)));
        return found.ok_or_else(|| not_found(name));
    }
    let Some(stack_name) = call.form.get("StackName") else {
        return Err(invalid("StackName must be specified if ChangeSetName is not specified as an ARN."));
    };
    let index = stacks::find(&world.stacks, call.region, stack_name);
    let index = index.ok_or_else(|| invalid(format!("Stack [{stack_name}] does not exist")))?;
    let sets = &world.stacks[index].change_sets;
    let place = sets.iter().position(|it| it.name == name && !it.is_executed);
    Ok((index, place.ok_or_else(|| not_found(name))?))
}

/// `CreateChangeSet`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>
pub(crate) fn create(world: &mut World, call: Call<'_>) -> Outcome {
    let form = call.form;
    let (stack_name, name) = (form.required("StackName")?, form.required("ChangeSetName")?);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )));
    }
    let is_creation = form.get("ChangeSetType") == Some("CREATE");
    let index = stacks::find(&world.stacks, call.region, stack_name);
    let before = index.map(|index| &world.stacks[index]);
    if is_creation {
        if before.is_some_and(|stack| stack.status != "REVIEW_IN_PROGRESS") {
            let message = "already exists and cannot be created again with the changeSet";
            return Err(invalid(format!("Stack [{stack_name}] {message} [{name}].")));
        }
    } else {
        let stack = before.ok_or_else(|| invalid(format!("Stack [{stack_name}] does not exist")))?;
        require_updatable(stack)?;
    }
    let settings = settings(&world.account, before, call)?;
    if let Some(known) = before.and_then(|it| it.change_sets.iter().find(|it| it.name == name && !it.is_executed)) {
        // The same token is the same call.
        let token = form.get("ClientToken");
        let other = if known.settings.text != settings.text {
            "Template"
        } else if token.is_none() || known.client_token.as_deref() != token {
            "ClientToken"
        } else {
            return Ok(ids(known, before.map_or("", |stack| &stack.id)));
        };
        let message = format!("ChangeSet {name} cannot be created due to a mismatch with existing attribute {other}");
        return Err(Refusal::new(400, "AlreadyExistsException", message));
    }
    let World { account, stacks, .. } = world;
    let index = index.unwrap_or_else(|| {
        let mut stack = Stack::new(account, call.region, stack_name);
        stack.become_(account, "REVIEW_IN_PROGRESS", Some("User Initiated".to_owned()));
        stacks.push(stack);
        stacks.len() - 1
    });
    let stack = &mut stacks[index];
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
    let reverts_drift = form.get("DeploymentMode") == Some("REVERT_DRIFT");
    let set = prepare(account, stack, name, settings, reverts_drift)?;
    let on_failure = match form.get("OnStackFailure") {
        Some("DELETE") if is_creation => Some(OnFailure::Delete),
        Some("DELETE") => return Err(invalid("OnStackFailure DELETE is valid only for ChangeSetType CREATE")),
        Some("DO_NOTHING") => Some(OnFailure::DoNothing),
        Some(_) => Some(OnFailure::Rollback),
        None => None,
    };
    let mut set = ChangeSet {
        description: form.get("Description").map(str::to_owned),
        client_token: form.get("ClientToken").map(str::to_owned),
        on_failure,
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html
        express: (form.get("DeploymentConfig.Mode") == Some("EXPRESS")).then(|| {
            match form.get("DeploymentConfig.DisableRollback") {
                Some("false") => OnFailure::Rollback,
                _ => OnFailure::DoNothing,
            }
        }),
        ..set
    };
    if form.is_true("DisableValidation") {
        set.findings.clear();
    }
    set.judge();
    let answer = ids(&set, &stack.id);
    stack.change_sets.push(set);
    Ok(answer)
}

fn ids(set: &ChangeSet, stack: &str) -> Xml {
    let mut xml = Xml::default();
    xml.text("Id", &set.id).text("StackId", stack);
    xml
}

/// Refuses what no update can leave.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-stack-status-codes>
fn require_updatable(stack: &Stack) -> Result<(), Refusal> {
    match stack.status {
        "CREATE_COMPLETE"
        | "UPDATE_COMPLETE"
        | "UPDATE_ROLLBACK_COMPLETE"
        | "IMPORT_COMPLETE"
        | "IMPORT_ROLLBACK_COMPLETE"
        | "UPDATE_FAILED" => Ok(()),
        "CREATE_FAILED" if stack.does_nothing_on_failure => Err(invalid(
            "This stack cannot be updated from [CREATE_FAILED] state because it contains [on-failure: DO_NOTHING]. \
             Please use disable-rollback option instead during stack creation.",
        )),
        "CREATE_FAILED" if stack.disables_rollback => Ok(()),
        status => Err(invalid(format!("Stack:{} is in {status} state and can not be updated.", stack.id))),
    }
}

/// What the call says that the stack shall be made from.
fn settings(account: &Account, before: Option<&Stack>, call: Call<'_>) -> Result<Settings, Refusal> {
    let form = call.form;
    let previous = before.map(|stack| &stack.settings);
    let text = match (form.get("TemplateBody"), form.get("TemplateURL")) {
        (None, None) if form.is_true("UsePreviousTemplate") => previous.map(|it| it.text.clone()).unwrap_or_default(),
        (body, url) => template_text::given(account, body, url)?,
    };
    let template = templates::read(&text)?;
    let given: BTreeMap<_, _> = form.pairs("Parameters", "ParameterKey", "ParameterValue").into_iter().collect();
    let none = BTreeMap::new();
    let parameters = templates::parameters(&template, &given, previous.map_or(&none, |it| &it.parameters))?;
    let capabilities = form.texts("Capabilities");
    templates::check_capabilities(&template, &capabilities)?;
    let tags = form.pairs("Tags", "Key", "Value").into_iter().map(|(key, value)| (key, value.unwrap_or_default()));
    let mut tags: BTreeMap<_, _> = tags.collect();
    if tags.is_empty() {
        // None given are the same as before.
        tags = previous.map(|it| it.tags.clone()).unwrap_or_default();
    }
    let role = form.get("RoleARN").map(str::to_owned).or_else(|| previous.and_then(|it| it.role.clone()));
    let imports = form.is_true("ImportExistingResources");
    Ok(Settings { text, template, parameters, tags, role, capabilities, imports })
}

/// A change set from what the stack is to what it shall be.
pub(crate) fn prepare(
    account: &mut Account,
    stack: &Stack,
    name: &str,
    settings: Settings,
    reverts_drift: bool,
) -> Result<ChangeSet, Refusal> {
    let replacing = account.replacing.clone();
    let actual = reverts_drift.then(|| actual(account, stack));
    let step = Step {
        before: &stack.settings,
        after: &settings,
        records: &stack.records,
        stack: (&stack.name, &stack.id, &stack.region),
        replacing: &replacing,
        actual: actual.as_ref(),
    };
    let retyped = step.retyped();
    if !retyped.is_empty() {
        return Err(invalid(format!(
            "Update of resource type is not permitted. The new template modifies resource type of the following \
             resources: [{}]",
            retyped.join(", ")
        )));
    }
    let changes = step.changes();
    let findings = findings(account, &step, &changes);
    let is_failed = stack.status.ends_with("_FAILED");
    let is_same = stack.settings.text == settings.text && stack.settings.parameters == settings.parameters;
    let has_changes = !changes.is_empty() || step.changes_outputs() || is_failed;
    // A role or a tag alone is no change of a resource that cannot be tagged.
    let fate = (!has_changes).then(|| if is_same { NOTHING_SUBMITTED } else { NOTHING_TO_UPDATE }.to_owned());
    let account_id = crate::http::ACCOUNT;
    Ok(ChangeSet {
        id: format!("arn:aws:cloudformation:{}:{account_id}:changeSet/{name}/{}", stack.region, account.uuid()),
        name: name.to_owned(),
        status: "CREATE_PENDING",
        execution: "UNAVAILABLE",
        reason: None,
        created: account.now(),
        description: None,
        client_token: None,
        is_executed: false,
        token: None,
        on_failure: None,
        express: None,
        settings,
        reverts_drift,
        changes,
        findings,
        hook: account.change_set_hook.clone(),
        fate,
    })
}

impl ChangeSet {
    /// Decides what becomes of it.
    fn judge(&mut self) {
        if let Some((hook, _)) = &self.hook {
            self.fate = Some(format!("The following hook(s) failed: [{hook}]"));
        }
        let hooks: BTreeSet<_> = self.findings.iter().filter(|it| !it.warns).map(|it| it.hook).collect();
        if !hooks.is_empty() {
            let hooks: Vec<_> = hooks.into_iter().collect();
            self.fate = Some(format!(
                "The following hook(s)/validation failed: [{}]. To troubleshoot Early Validation errors, use the \
                 DescribeEvents API for detailed failure information.",
                hooks.join(", ")
            ));
        }
    }

    /// One step; whether it has come to its end.
    fn advance(&mut self) -> bool {
        match self.status {
            "CREATE_PENDING" => self.status = "CREATE_IN_PROGRESS",
            "CREATE_IN_PROGRESS" => {
                self.reason = self.fate.take();
                (self.status, self.execution) =
                    if self.reason.is_some() { ("FAILED", "UNAVAILABLE") } else { ("CREATE_COMPLETE", "AVAILABLE") };
                return true;
            }
            _ => {}
        }
        false
    }
}

fn advance(account: &mut Account, stack: &mut Stack, place: usize) {
    let set = &mut stack.change_sets[place];
    if !set.advance() {
        return;
    }
    let (id, operation) = (set.id.clone(), account.uuid());
    if let Some(hook) = set.hook.clone() {
        let (logical_id, physical_id) = (stack.name.clone(), stack.id.clone());
        let resource_type = stacks::STACK_TYPE.to_owned();
        let change_set = Some(id.clone());
        let entry = Entry { logical_id, physical_id, resource_type, change_set, hook: Some(hook), ..Entry::default() };
        stack.emit_of(account, entry, Some((operation.clone(), "CREATE_CHANGESET")), None);
    }
    for finding in stack.change_sets[place].findings.clone() {
        let entry = Entry { finding: Some(finding), change_set: Some(id.clone()), ..Entry::default() };
        stack.emit_of(account, entry, Some((operation.clone(), "CREATE_CHANGESET")), None);
    }
}

/// `DescribeChangeSet`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html>
pub(crate) fn describe(world: &mut World, call: Call<'_>) -> Outcome {
    let (index, place) = find(world, call)?;
    if call.form.get("NextToken").is_none() {
        let World { account, stacks, .. } = world;
        advance(account, &mut stacks[index], place);
        stacks::look(world, index);
    }
    // The last look may have ended the deletion of the stack, and of its sets.
    let (index, place) = find(world, call)?;
    let stack = &world.stacks[index];
    let set = &stack.change_sets[place];
    let is_ready = set.status == "CREATE_COMPLETE";
    let changes = if is_ready { set.changes.iter().collect() } else { Vec::new() };
    let (changes, next) = page(changes, call, world.account.page);
    let with_values = call.form.is_true("IncludePropertyValues");
    let mut xml = Xml::default();
    xml.text("ChangeSetName", &set.name)
        .text("ChangeSetId", &set.id)
        .text("StackId", &stack.id)
        .text("StackName", &stack.name)
        .optional("Description", set.description.as_ref())
        .members("Parameters", &set.settings.parameters, |xml, (name, value)| {
            xml.text("ParameterKey", name).text("ParameterValue", value);
        })
        .text("CreationTime", iso(set.created))
        .text("ExecutionStatus", set.execution)
        .text("Status", set.status)
        .optional("StatusReason", set.reason.as_ref())
        .texts("Capabilities", &set.settings.capabilities)
        .members("Tags", &set.settings.tags, |xml, (key, value)| {
            xml.text("Key", key).text("Value", value);
        })
        .members("Changes", changes, |xml, change: &Change| change.write(xml, with_values))
        .optional("NextToken", next)
        .text("IncludeNestedStacks", false);
    let on_failure = set.on_failure.map(|on_failure| match on_failure {
        OnFailure::Rollback => "ROLLBACK",
        OnFailure::Delete => "DELETE",
        OnFailure::DoNothing => "DO_NOTHING",
    });
    xml.optional("OnStackFailure", on_failure);
    Ok(xml)
}

/// `ListChangeSets`: those that were not executed.
pub(crate) fn list(world: &mut World, call: Call<'_>) -> Outcome {
    let index = stacks::get(world, call, call.form.required("StackName")?)?;
    let stack = &world.stacks[index];
    let all = stack.change_sets.iter().filter(|set| !set.is_executed).collect();
    let (sets, next) = page(all, call, world.account.page);
    let mut xml = Xml::default();
    xml.members("Summaries", sets, |xml, set: &ChangeSet| {
        xml.text("StackId", &stack.id)
            .text("StackName", &stack.name)
            .text("ChangeSetId", &set.id)
            .text("ChangeSetName", &set.name)
            .text("ExecutionStatus", set.execution)
            .text("Status", set.status)
            .optional("StatusReason", set.reason.as_ref())
            .text("CreationTime", iso(set.created));
    });
    xml.optional("NextToken", next);
    Ok(xml)
}

/// `ExecuteChangeSet`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html>
pub(crate) fn execute(world: &mut World, call: Call<'_>) -> Outcome {
    let (index, place) = find(world, call)?;
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    let set = &stack.change_sets[place];
    let token = call.form.get("ClientRequestToken").map(str::to_owned);
    if set.is_executed {
        // The same token is the same execution.
        if token.is_some() && set.token == token {
            return Ok(Xml::default());
        }
        return Err(wrong_status(set, "executed"));
    }
    if set.execution != "AVAILABLE" {
        return Err(wrong_status(set, "executed"));
    }
    if stack.status != "REVIEW_IN_PROGRESS" {
        require_updatable(stack)?;
    }
    let disables_rollback = call.form.get("DisableRollback");
    if set.on_failure.is_some() && disables_rollback.is_some() {
        return Err(invalid("DisableRollback and OnStackFailure cannot both be specified"));
    }
    let on_failure = match disables_rollback {
        Some("true") => OnFailure::DoNothing,
        _ => set.on_failure.or(set.express).unwrap_or_default(),
    };
    stack.mode = if set.express.is_some() { Mode::Express } else { Mode::Standard };
    stack.disables_rollback = disables_rollback == Some("true") || set.on_failure == Some(OnFailure::DoNothing);
    stack.does_nothing_on_failure = set.on_failure == Some(OnFailure::DoNothing);
    let retains_except_on_create = call.form.is_true("RetainExceptOnCreate");
    // All others of the stack were made for what it was, and are deleted.
    let mut set = stack.change_sets.swap_remove(place);
    set.is_executed = true;
    set.token.clone_from(&token);
    set.execution = "EXECUTE_IN_PROGRESS";
    let settings = set.settings.clone();
    stack.change_set = Some(set.id.clone());
    stack.change_sets.retain(|other| other.is_executed);
    if set.reverts_drift {
        // It starts from what there is, and goes back to that when it fails.
        for (id, live) in actual(account, stack) {
            let Some(record) = stack.records.get_mut(&id) else { continue };
            match live {
                Some(properties) => record.properties = properties,
                None => record.physical_id.clear(),
            }
        }
    }
    stack.change_sets.push(set);
    run(account, stack, settings, (token, on_failure, retains_except_on_create));
    Ok(Xml::default())
}

/// Begins to make the stack what `settings` say.
pub(crate) fn run(
    account: &mut Account,
    stack: &mut Stack,
    settings: Settings,
    (token, on_failure, retains_except_on_create): (Option<String>, OnFailure, bool),
) {
    let is_creation = stack.status == "REVIEW_IN_PROGRESS";
    let kind = if is_creation { Kind::Create } else { Kind::Update };
    let mut operation = Operation::new(account, kind, token);
    operation.on_failure = on_failure;
    operation.retains_except_on_create = retains_except_on_create;
    operation.before = stack.status;
    operation.provision(stack, settings);
    if !is_creation {
        stack.updated = Some(account.now());
    }
    stack.stamp(&operation);
    stack.operation = Some(operation);
    let status = if is_creation { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" };
    stack.become_(account, status, Some("User Initiated".to_owned()));
}

impl Stack {
    /// Says of the change set that is being executed how that ended.
    pub(crate) fn settle_change_set(&mut self, execution: &'static str) {
        for set in self.change_sets.iter_mut().filter(|set| set.execution == "EXECUTE_IN_PROGRESS") {
            set.execution = execution;
        }
    }
}

/// `DeleteChangeSet`: the stack stays, and what is not there is deleted already.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html>
pub(crate) fn delete(world: &mut World, call: Call<'_>) -> Outcome {
    let (index, place) = match find(world, call) {
        Ok(found) => found,
        Err(refusal) if refusal.code == "ChangeSetNotFound" => return Ok(Xml::default()),
        Err(refusal) => return Err(refusal),
    };
    let sets = &mut world.stacks[index].change_sets;
    if sets[place].is_executed {
        return Err(wrong_status(&sets[place], "deleted"));
    }
    let id = sets.remove(place).id;
    world.stacks[index].events.retain(|event| event.entry.change_set.as_ref() != Some(&id));
    Ok(Xml::default())
}
