//! What may be set, and by whom: limits are raised by people, guarded values need what they stand for.

use crate::derive::board::{Board, Place, Thing};
use crate::derive::conditions::made::limits;
use crate::derive::conditions::{Condition, Given, by_a_person, conditions, of_checks};
use crate::derive::gates::{max_iterations, threshold};
use crate::derive::pages;
use crate::derive::reference::{Part, Target};
use crate::derive::roster::{at_work, has_made};
use crate::derive::shell;
use crate::derive::words::show;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::field::Field;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Guarded, Kind};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::fields::Setting;
use super::{Ask, demand};

/// Refuses settings that the process does not allow; `after`: the workflow with them.
pub(super) fn settings(
    world: &World,
    target: &Target,
    after: &Workflow,
    settings: &[Setting],
    ask: &Ask,
) -> Result<()> {
    if target.part != Part::Whole {
        return Ok(());
    }
    let spot = target.spot;
    let node = world.board(spot).node(spot.place);
    if spot.place != 0 && settings.iter().any(|setting| setting.key == "home") {
        let workflow = &world.board(spot).workflow.id;
        return Err(
            Error::usage("only a workflow has a home").hint(format!("git track set {workflow} home=BRANCH"))
        );
    }
    for setting in settings {
        let Some(field) = declared(node.kind, &setting.key) else { continue };
        written_elsewhere(world, spot, field, setting)?;
        if let Some(checks) = field.guards.get(&setting.value) {
            let given = Given { actor: Some(ask.who()), ..Given::NOTHING };
            let list = of_checks(world, spot, checks, Guarded::Note, given);
            demand(&format!("`set {} {}={}` is refused", node.id, setting.key, setting.value), &list)?;
        }
    }
    if let Some(kind) = node.kind.filter(|_| spot.place == 0) {
        unique(world, kind, &after.root, &after.profile, &after.id)?;
    }
    let later = world.with(spot.board, after);
    raised(world, &later, spot, ask)?;
    rearranged((world.board(spot), spot.place), (later.board(spot), spot.place), ask)?;
    crowded(world, &later, spot)?;
    let new = later.board(spot).node(spot.place).item;
    let replanned = new.estimate != node.item.estimate || new.files != node.item.files;
    if replanned { planned(&later, spot) } else { Ok(()) }
}

// What an agent may not arrange for itself: who judges it, what comes before it, and whether it counts.
fn rearranged((board, place): (&Board, Place), (after, now): (&Board, Place), ask: &Ask) -> Result<()> {
    let (old, new) = (board.node(place).item, after.node(now).item);
    let begun = board.nodes().skip(1).any(|(_, node)| node.state != State::Todo);
    let names = |item: &Item| [item.validator.clone(), item.cross_validator.clone()];
    let judges = names(old).into_iter().zip(names(new));
    let replaced = judges.clone().any(|(old, new)| old.is_some() && new != old);
    let made = |name: &str| has_made(board, place, name) || has_made(after, now, name);
    let own = judges.clone().any(|(old, new)| new != old && new.is_some_and(|new| made(&new)));
    let released = begun && old.needs.iter().any(|need| !new.needs.contains(need));
    let moved = begun && (new.order != old.order || new.mode != old.mode);
    let uncounted = begun && old.is_counted() && !new.is_counted();
    let changes = [
        (replaced, "who judges it is replaced"),
        (own, "it is judged by somebody who has a part in it"),
        (released, "it waits for less than was planned"),
        (moved, "its turn is another one than was planned"),
        (begun && old.when != new.when, "its criteria are others than were planned"),
        (uncounted, "it does not count any more"),
    ];
    let person = by_a_person(board, Some(ask.who()));
    match changes.into_iter().find(|(happens, _)| *happens && !person.ok) {
        Some((_, what)) => {
            demand(&format!("changing {} is refused: {what}", board.node(place).id), &[person])
        }
        None => Ok(()),
    }
}

// Whoever is given work that is under way is at work from then on.
fn crowded(before: &World, after: &World, spot: Spot) -> Result<()> {
    let node = after.board(spot).node(spot.place);
    let most = node.kind.and_then(|kind| kind.guards.get(&Guarded::Start)?.active_agents);
    let (old, new) = (at_work(before.board(spot)), at_work(after.board(spot)));
    match most.filter(|&most| new.len() > most && new.len() > old.len()) {
        Some(most) => {
            let names = new.into_values().collect::<Vec<_>>().join(", ");
            let text = format!("at most {most} agents are at work; then there would be: {names}");
            let list = Some("git track list --state active".to_owned());
            demand(&format!("giving {} to others is refused", node.id), &[Condition::unmet(text, list)])
        }
        None => Ok(()),
    }
}

fn planned(world: &World, spot: Spot) -> Result<()> {
    let id = world.board(spot).node(spot.place).id;
    demand(&cannot(id), &conditions(world, spot, Guarded::Add, Given::NOTHING))
}

fn cannot(id: &Id) -> String {
    format!("{id} cannot be planned like that")
}

/// Refuses a new item that the process does not allow.
pub(super) fn added(world: &World, spot: Spot, ask: &Ask) -> Result<()> {
    demand(&cannot(world.board(spot).node(spot.place).id), &of_new(world, spot, ask))
}

/// Refuses items that are taken over from a file and that the process does not allow; `before`: the workflow as it was,
/// `None` for one that is taken over whole, whose finished work is history.
pub fn taken_over(before: Option<&Board>, world: &World, board: usize, ask: &Ask) -> Result<()> {
    let Some(laid) = world.boards.get(board) else { return Ok(()) };
    let mut list = Vec::new();
    for (place, node) in laid.nodes().skip(1) {
        let known = match before.and_then(|before| Some((before, before.thing(node.id)?))) {
            Some((before, Thing::Item(place))) => Some(before.node(place).item),
            _ => None,
        };
        let plan = |item: &Item| (item.estimate, item.limits, item.files.clone());
        let is_known = known.is_some_and(|known| plan(known) == plan(node.item));
        if is_known || (before.is_none() && node.state.is_closed()) {
            continue;
        }
        let open = of_new(world, Spot { board, place }, ask).into_iter().filter(|condition| !condition.ok);
        list.extend(open.map(|condition| Condition {
            text: format!("{}: {}", node.id, condition.text),
            command: None,
            ..condition
        }));
    }
    demand("the import is refused", &list)?;
    match before {
        Some(before) => rearranged_all(before, laid, ask),
        None => Ok(()),
    }
}

// What may not be set one by one may not be brought either.
fn rearranged_all(before: &Board, after: &Board, ask: &Ask) -> Result<()> {
    for (place, node) in before.nodes() {
        match after.thing(node.id) {
            Some(Thing::Item(now)) => rearranged((before, place), (after, now), ask)?,
            _ if place == 0 => rearranged((before, 0), (after, 0), ask)?,
            _ => {}
        }
    }
    Ok(())
}

// What the process asks of a new item; limits beyond those of its kind are a person's to give.
fn of_new(world: &World, spot: Spot, ask: &Ask) -> Vec<Condition> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    // It is not there yet: its fields are to be said otherwise, not to be set.
    let set = format!("git track set {} ", world.refer(spot.board, node.id));
    let above = node.parent.filter(|&above| above != 0).map(|above| board.node(above).id);
    let within = match above {
        Some(above) => format!("--in {}", world.refer(spot.board, above)),
        None => format!("-w {}", board.workflow.id),
    };
    let kind = node.kind_id.map_or("item", Id::as_str);
    let add = format!("git track add {kind} {} {within}", shell::text(&node.item.title));
    let here = |condition: Condition| Condition {
        command: condition.command.map(|command| match command.strip_prefix(&set) {
            Some(rest) => format!("{add} {rest}"),
            None => command.replace(&set, ""),
        }),
        ..condition
    };
    let mut list: Vec<Condition> =
        conditions(world, spot, Guarded::Add, Given::NOTHING).into_iter().map(here).collect();
    let (usual, own) =
        (node.kind.and_then(|kind| kind.limits).unwrap_or_default(), limits(board, spot.place));
    let raised = more(usual.files, own.files) || more(usual.lines, own.lines);
    let person = by_a_person(board, Some(ask.who()));
    if raised && !person.ok {
        list.push(Condition { text: format!("it raises a limit: {}", person.text), ..person });
    }
    list
}

fn more(old: Option<u32>, new: Option<u32>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => new > old,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Refuses a value that another open workflow of the process has, where only one may have it.
pub fn unique(world: &World, kind: &Kind, root: &Item, profile: &Id, own: &Id) -> Result<()> {
    for (name, _) in kind.fields.iter().filter(|(_, field)| field.unique) {
        let Some(value) = root.fields.get(name) else { continue };
        let rival = world.boards.iter().find(|board| {
            board.profile.profile == *profile
                && board.workflow.id != *own
                && !board.root().state.is_closed()
                && board.root().item.fields.get(name) == Some(value)
        });
        if let Some(rival) = rival {
            let id = &rival.workflow.id;
            return Err(Error::refused(format!("`{name}` {value} belongs to {id}, which is open"))
                .hint(format!("git track show {id}")));
        }
    }
    Ok(())
}

fn declared<'a>(kind: Option<&'a Kind>, key: &str) -> Option<&'a Field> {
    kind?.fields.get(&Id::parse(key).ok()?)
}

// What people write in a document is not said a second time in the state.
fn written_elsewhere(world: &World, spot: Spot, field: &Field, setting: &Setting) -> Result<()> {
    let board = world.board(spot);
    let document = field.from.as_ref().and_then(|name| board.profile.documents.get(name));
    let path = document.and_then(|document| pages::path_of(board, spot.place, document).ok());
    let Some(path) = path.filter(|path| board.pages.exists(path)) else { return Ok(()) };
    let now = pages::field(board, &setting.key);
    let now = now.map_or_else(|| "does not say it yet".to_owned(), |now| format!("says {}", show(&now)));
    Err(Error::refused(format!("`{}` is read from a document, which {now}", setting.key))
        .hint(format!("edit {path}")))
}

/// Refuses limits that are looser than before, unless a person sets them.
pub(super) fn raised(before: &World, after: &World, spot: Spot, ask: &Ask) -> Result<()> {
    let (old, new) = (before.board(spot), after.board(spot));
    let place = spot.place;
    let (was, is) = (limits(old, place), limits(new, place));
    let lower = match (threshold(old, place), threshold(new, place)) {
        (Some(old), Some(new)) => new < old,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let looser = lower
        || more(max_iterations(old, place), max_iterations(new, place))
        || more(was.files, is.files)
        || more(was.lines, is.lines);
    let person: Condition = by_a_person(old, Some(ask.who()));
    if looser { demand("loosening a limit is refused", &[person]) } else { Ok(()) }
}
