//! Moves that add: workflows, items, steps, risks, metrics.

use crate::derive::board::Thing;
use crate::derive::conditions::{Given, conditions};
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result, nearest};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Guarded, Kind, Profile, ROOT};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::allowed::{added, raised};
use super::attach::{self, PART, RECORDS, free_id};
use super::fields::{Setting, set_item};
use super::{Ask, demand, edit, named, open_for_change, perform};

/// A new workflow of a process.
pub fn workflow(profile: &Profile, id: Id, title: &str, settings: &[Setting], ask: &Ask) -> Result<Workflow> {
    let seed = profile.starts_with.clone();
    let mut root = Item {
        title: title.to_owned(),
        state: Some(State::Active),
        started: Some(ask.now),
        by: Some(ask.actor.to_owned()),
        checklist: profile.workflow.checklist.clone(),
        protocol: seed.protocol.map(Box::new),
        items: seed.items,
        gates: seed.gates,
        checkpoints: seed.checkpoints,
        agents: seed.agents,
        grounding: seed.grounding,
        metrics: seed.metrics,
        ..Item::default()
    };
    set_item(&mut root, Some(&profile.workflow), settings)?;
    if let Some(name) = missing(&profile.workflow, &root) {
        return Err(
            Error::usage(format!("a {} needs `{name}`", profile.profile)).hint(format!("--set {name}=…"))
        );
    }
    Ok(Workflow { id, profile: profile.profile.clone(), root })
}

/// Refuses a new workflow whose limits are looser than those that its process begins with, unless a person sets them.
pub fn within_limits(world: &World, spot: Spot, ask: &Ask) -> Result<()> {
    let seed = world.board(spot).profile.starts_with.protocol.clone();
    let usual = edit(world, spot, |root| (root.protocol, root.limits) = (seed.map(Box::new), None))?;
    raised(&world.with(spot.board, &usual), world, spot, ask)
}

/// Adds an item or a record; returns the workflow and the id of what is new.
pub fn add(
    world: &World,
    spot: Spot,
    kind: &str,
    title: &str,
    settings: &[Setting],
    ask: &Ask,
) -> Result<(Workflow, Id)> {
    open_for_change(world, spot, "add")?;
    let board = world.board(spot);
    if title.trim().is_empty() {
        return Err(Error::usage("a title cannot be empty"));
    }
    let (explicit, settings) = explicit_id(settings)?;
    let wanted = Id::parse(kind).ok().and_then(|kind| board.profile.kind(&kind));
    let Some((kind_id, found)) = wanted else {
        return match RECORDS.into_iter().find(|record| *record == kind) {
            Some(record) => attach::record(world, spot, (record, title), explicit, &settings, ask),
            None => Err(unknown_kind(board.profile, kind)),
        };
    };
    if board.profile.step.as_ref() == Some(kind_id) {
        return Err(Error::refused(format!("{} is recorded when its work begins, not before", a(kind)))
            .hint(format!("git track step {} --focus \"what exactly\"", shell::text(title))));
    }
    let above = board.node(spot.place).kind_id.map_or(ROOT, Id::as_str);
    if !found.under.iter().any(|under| under.as_str() == above) {
        let places: Vec<String> = found.under.iter().map(|place| a(place.as_str())).collect();
        return Err(Error::refused(format!("{} cannot stand under {}", a(kind), a(above)))
            .hint(format!("say where with --in; it may stand under {}", places.join(" or "))));
    }
    let id = new_id(world, spot, explicit, found.id.as_deref().unwrap_or("{slug}"), title)?;
    let bare = new_item(board.profile, kind_id, found, above, title);
    let mut item = bare.clone();
    set_item(&mut item, Some(found), &settings)?;
    if let Some(name) = missing(found, &item) {
        return Err(Error::usage(format!("a {kind_id} needs `{name}`"))
            .hint(format!("git track add {kind_id} {} {name}=…", shell::text(title))));
    }
    let workflow = edit(world, spot, |parent| drop(parent.items.insert(id.clone(), item)))?;
    let later = world.with(spot.board, &workflow);
    if let Some(Thing::Item(place)) = later.board(spot).thing(&id) {
        let at = Spot { place, ..spot };
        let usual = edit(&later, at, |item| *item = bare)?;
        raised(&world.with(spot.board, &usual), &later, at, ask)?;
        added(&later, at, ask)?;
    }
    Ok((workflow, id))
}

/// The id that settings ask for, and the other settings.
pub fn explicit_id(settings: &[Setting]) -> Result<(Option<Id>, Vec<Setting>)> {
    let (explicit, settings): (Vec<Setting>, Vec<Setting>) =
        settings.iter().cloned().partition(|setting| setting.key == "id");
    let id = explicit.first().map(|setting| Id::parse(&setting.value)).transpose();
    Ok((id.map_err(Error::as_usage)?, settings))
}

/// Records a step before its work begins; a running one is finished first when `finish` says what came out.
pub fn step(
    world: &World,
    spot: Spot,
    title: &str,
    focus: &str,
    finish: Option<&str>,
    ask: &Ask,
) -> Result<(Workflow, Id)> {
    let board = world.board(spot);
    let (Some(kind_id), Some(kind)) =
        (&board.profile.step, board.profile.step.as_ref().and_then(|id| board.profile.kinds.get(id)))
    else {
        return Err(Error::refused(format!("profile {} has no steps", board.profile.profile)).hint(format!(
            "git track add {} {}",
            board.profile.kinds.keys().next().map_or("item", Id::as_str),
            shell::text(title)
        )));
    };
    open_for_change(world, spot, "step")?;
    let running =
        board.nodes().skip(1).find(|(_, node)| node.kind_id == Some(kind_id) && node.state.is_running());
    let finished = match (running, finish, named("done")) {
        (Some((place, _)), Some(summary), Some(done)) => {
            let ask = Ask { text: Some(summary), ..*ask };
            perform(world, Spot { place, ..spot }, done, &ask)?
        }
        (None, Some(_), _) => {
            return Err(Error::refused("no step is in progress that --finish could finish"));
        }
        _ => None,
    };
    let base = finished.unwrap_or_else(|| board.workflow.clone());
    let before = world.with(spot.board, &base);
    let root = Spot { place: 0, ..spot };
    let id = new_id(&before, root, None, kind.id.as_deref().unwrap_or("s{n}"), title)?;
    let mut item = new_item(board.profile, kind_id, kind, ROOT, title);
    item.focus = Some(focus.trim().to_owned()).filter(|focus| !focus.is_empty());
    let planned = edit(&before, root, |root| drop(root.items.insert(id.clone(), item)))?;
    let world = world.with(spot.board, &planned);
    let Some(Thing::Item(place)) = world.board(spot).thing(&id) else {
        return Err(Error::bug("a step lost its place"));
    };
    let spot = Spot { place, ..spot };
    let list = conditions(&world, spot, Guarded::Start, Given { actor: Some(ask.who()), ..Given::NOTHING });
    demand(&format!("`step \"{title}\"` is refused"), &list)?;
    let workflow = edit(&world, spot, |item| {
        item.state = Some(State::Active);
        item.started = Some(ask.now);
        item.by = Some(ask.actor.to_owned());
    })?;
    Ok((workflow, id))
}

fn missing<'a>(kind: &'a Kind, item: &Item) -> Option<&'a Id> {
    let lacking = kind.fields.iter().find(|(name, field)| field.required && item.fields.get(name).is_none());
    lacking.map(|(name, _)| name)
}

fn new_item(profile: &Profile, kind_id: &Id, kind: &Kind, above: &str, title: &str) -> Item {
    let parent = Id::parse(above).ok().filter(|_| above != ROOT);
    let usual = profile.kinds_under(parent.as_ref()).next().is_some_and(|(id, _)| id == kind_id);
    Item {
        title: title.to_owned(),
        kind: (!usual).then(|| kind_id.clone()),
        checklist: kind.checklist.clone(),
        ..Item::default()
    }
}

fn new_id(world: &World, spot: Spot, explicit: Option<Id>, pattern: &str, title: &str) -> Result<Id> {
    free_id(explicit, pattern, title, &|id| world.board(spot).thing(id).is_some())
}

fn unknown_kind(profile: &Profile, kind: &str) -> Error {
    let known: Vec<&str> = profile.kinds.keys().map(Id::as_str).chain(RECORDS).chain([PART]).collect();
    let error = Error::usage(format!("profile {} knows no kind `{kind}`", profile.profile));
    match nearest(kind, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("it knows {}", known.join(", "))),
    }
}

/// A noun with its article.
fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    // Spoken like `you`.
    let consonant = noun.starts_with("uni") || noun.starts_with("use");
    let article = if vowel && !consonant { "an" } else { "a" };
    format!("{article} {noun}")
}
