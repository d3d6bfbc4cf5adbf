//! `doctor`: whether everything git-track relies on is in order.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::documents::sheets::sheets;
use crate::error::{Error, Kind, Result};
use crate::model::actor::ActorKind;
use crate::model::path::RepoPath;
use crate::process::Call;
use crate::store::{At, CONFIG, FOLDER, Store};
use crate::ui::{Line, Style, Text};

use super::Answer;
use super::canary;
use super::context::{ACTOR_KIND, Context};
use super::hooks::health;
use super::session::world;
use super::validity::check;

/// Arguments of `doctor`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track doctor\n  git track doctor --canary    proves that the hooks refuse what they should\n\nExit status: 0; 4 when something is broken."
)]
pub struct Args {
    /// Plant violations in a throw-away repository, and see the installed hooks refuse them
    #[arg(long)]
    pub canary: bool,
}

/// What was looked at, and what was found.
pub(super) struct Finding {
    /// What was looked at.
    pub(super) what: String,
    /// What is wrong with it.
    pub(super) problem: Option<Error>,
    /// A problem that does not keep git-track from working.
    pub(super) mild: bool,
}

/// Looks at everything; exit 4 when something is broken.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let findings = if context.repo()?.work_tree().is_none() && !args.canary {
        without_files(context, &context.history()?)
    } else {
        let store = context.store()?;
        let mut findings = surroundings(context, &store);
        findings.extend(state(context, &store)?);
        if args.canary {
            findings.extend(canary::run(context, &store)?);
        }
        findings
    };
    let mut text = Text::new();
    let mut listed: Vec<Value> = Vec::new();
    for finding in &findings {
        let (style, mark) = match (&finding.problem, finding.mild) {
            (None, _) => (Style::Good, "ok  "),
            (Some(_), true) => (Style::Warn, "note"),
            (Some(_), false) => (Style::Bad, "FAIL"),
        };
        let mut line = Line::new().add(style, mark).plain(format!("  {}", finding.what));
        if let Some(problem) = &finding.problem {
            line = line.plain(format!(": {}", problem.message()));
        }
        text.line(line);
        for (place, source) in
            finding.problem.iter().filter_map(Error::place).map(|at| (at.to_string(), &at.source))
        {
            text.line(Line::new().add(Style::Dim, format!("        --> {place}  ")).plain(source.trim()));
        }
        for note in finding.problem.iter().flat_map(Error::notes) {
            text.line(Line::new().plain("        ").plain(note));
        }
        for hint in finding.problem.iter().flat_map(Error::hints) {
            text.line(Line::new().plain("        ").add(Style::Command, hint));
        }
        let ok = finding.problem.is_none();
        let problem = finding.problem.as_ref();
        listed.push(json!({
            "what": finding.what,
            "ok": ok,
            "message": problem.map(Error::message),
            "at": problem.and_then(Error::place).map(|at| json!({ "file": at.file, "line": at.line, "column": at.column })),
            "details": problem.map(Error::notes).unwrap_or_default(),
            "hints": problem.map(Error::hints).unwrap_or_default(),
        }));
    }
    let broken = findings.iter().any(|finding| finding.problem.is_some() && !finding.mild);
    Ok(Answer::new(text).with("findings", listed).exit(if broken { 4 } else { 0 }))
}

fn fine(what: impl Into<String>) -> Finding {
    Finding { what: what.into(), problem: None, mild: false }
}

fn surroundings(context: &Context, store: &Store) -> Vec<Finding> {
    let mut findings = machinery(context, store);
    findings.push(match context.actor(&store.repo) {
        Ok(actor) => fine(format!("you are {actor}")),
        Err(problem) => Finding { what: "identity".to_owned(), problem: Some(problem), mild: false },
    });
    findings.push(interrupted(store));
    findings.push(ignored(context, store));
    findings.push(hooks(context, store));
    findings
}

// Where people only push to, nobody acts and no file is written: git and its hooks are all there is.
fn without_files(context: &Context, store: &Store) -> Vec<Finding> {
    let mut findings = machinery(context, store);
    findings.push(interrupted(store));
    findings.push(hooks(context, store));
    findings.push(fine("no work tree here: state is read where there is one"));
    findings
}

fn machinery(context: &Context, store: &Store) -> Vec<Finding> {
    let repo = &store.repo;
    let mut findings = Vec::new();
    let version = Call::git_read(context.cwd(), context.vars()).arg("version").checked();
    findings.push(match version {
        Ok(version) => fine(String::from_utf8_lossy(&version).trim()),
        Err(problem) => Finding { what: "git".to_owned(), problem: Some(problem), mild: false },
    });
    let bare = if repo.is_bare() { "bare repository" } else { "repository" };
    let way = if repo.is_fast() { "read directly" } else { "read through git, slower" };
    findings.push(fine(format!("{bare}, {way}")));
    if repo.is_shallow() {
        let problem = Error::repository("history ends early").hint("git fetch --unshallow");
        findings.push(Finding { what: "shallow clone".to_owned(), problem: Some(problem), mild: true });
    }
    findings
}

fn interrupted(store: &Store) -> Finding {
    let what = "interrupted change".to_owned();
    match store.files.pending() {
        Ok(None) => fine("no interrupted change"),
        Ok(Some(pending)) => {
            let problem = Error::new(Kind::Pending, format!("{} is left", pending.journal.display()))
                .hint("git track recover");
            Finding { what, problem: Some(problem), mild: false }
        }
        Err(problem) => Finding { what, problem: Some(problem), mild: false },
    }
}

// Without hooks everything works, and nothing is refused; hooks that do not run are worse, because somebody relies on them.
fn hooks(context: &Context, store: &Store) -> Finding {
    let what = "hooks".to_owned();
    match health(context, &store.repo) {
        Err(problem) => Finding { what, problem: Some(problem), mild: false },
        Ok(health) if health.wrong.is_empty() && health.fine == health.of => {
            Finding { what: format!("hooks: {} run git-track", health.fine), problem: None, mild: false }
        }
        Ok(health) if health.wrong.is_empty() => {
            let message = match health.fine {
                0 => "none is installed, so that nothing is refused before it is committed".to_owned(),
                fine => format!("{fine} of {} run git-track", health.of),
            };
            let server = if store.repo.is_bare() { " --server" } else { "" };
            let problem = Error::refused(message).hint(format!("git track hooks install{server}"));
            Finding { what, problem: Some(problem), mild: true }
        }
        Ok(health) => {
            let problem = Error::refused("some are installed and do not run as they should");
            let problem = health.wrong.into_iter().fold(problem, Error::note).hint("git track hooks status");
            Finding { what, problem: Some(problem), mild: false }
        }
    }
}

// State that git ignores is state that nobody else ever sees.
fn ignored(context: &Context, store: &Store) -> Finding {
    let call = Call::git_read(store.repo.work_tree().unwrap_or(context.cwd()), context.vars());
    let output = call.args(["check-ignore", "-v", CONFIG]).run();
    let rule = output.ok().filter(crate::process::Output::is_success).map(|output| {
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        Error::state("git ignores it, so nobody else will see it").hint(format!("the rule: {}", told.trim()))
    });
    Finding { what: format!("{FOLDER} is seen by git"), problem: rule, mild: false }
}

// Agents cannot do what people must, so that everybody should be able to see what they are taken for.
fn kind(context: &Context, variables: &[String]) -> Finding {
    match context.actor_kind(variables) {
        Ok(ActorKind::Person) => {
            Finding { what: "you act as a person".to_owned(), problem: None, mild: false }
        }
        Ok(ActorKind::Agent) => {
            let set = || variables.iter().find(|name| context.var(name).is_some());
            let why = match context.var(ACTOR_KIND) {
                Some(said) => format!(", because {ACTOR_KIND}={said}"),
                None => set().map(|name| format!(", because {name} is set")).unwrap_or_default(),
            };
            Finding { what: format!("you act as an agent{why}"), problem: None, mild: false }
        }
        Err(problem) => Finding { what: "who acts".to_owned(), problem: Some(problem), mild: false },
    }
}

fn state(context: &Context, store: &Store) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if store.read(&At::WorkTree, &RepoPath::parse(CONFIG)?)?.is_none() {
        let problem = Error::not_found(format!("there is no {CONFIG}")).hint("git track init");
        findings.push(Finding { what: "configuration".to_owned(), problem: Some(problem), mild: true });
    }
    let mut snapshot = store.snapshot(At::WorkTree)?;
    check(&mut snapshot);
    findings.push(kind(context, &snapshot.config.roles.agent_env));
    findings.push(Finding {
        what: match snapshot.workflows.len() {
            1 => "1 workflow read".to_owned(),
            several => format!("{several} workflows read"),
        },
        problem: None,
        mild: false,
    });
    if let Err(problem) = sheets(&world(&snapshot), |_| true) {
        findings.push(Finding { what: "documents".to_owned(), problem: Some(problem), mild: false });
    }
    for broken in snapshot.broken {
        findings.push(Finding { what: broken.path, problem: Some(broken.error), mild: false });
    }
    Ok(findings)
}
