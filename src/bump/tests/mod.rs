//! Commits as they are told, for the tests of what is made of them.

mod changelog;
mod next;
mod places;
mod reasons;

use super::reasons::{Brought, Counting, Reason, reasons};
use crate::model::facts::CommitId;
use crate::model::release::Group;
use crate::model::since::Noted;

fn id(number: usize) -> CommitId {
    CommitId::parse(&format!("{number:x}{}", "0".repeat(40)).chars().take(40).collect::<String>()).unwrap()
}

/// Commits, the oldest first as they are told; their ids begin with their number, which `%1` names.
fn commits(told: &[&str]) -> Vec<Noted> {
    let mut all: Vec<Noted> = told
        .iter()
        .enumerate()
        .map(|(at, message)| {
            let (parents, message) = message.strip_prefix("<merge>").map_or((1, *message), |rest| (2, rest));
            let (touches, message) =
                message.strip_prefix("<elsewhere>").map_or((true, message), |rest| (false, rest));
            let message = (1..=told.len()).fold(message.to_owned(), |message, number| {
                message.replace(&format!("%{number}"), &format!("This reverts commit {}.", id(number)))
            });
            Noted { id: id(at + 1), parents, message: message.into_bytes(), encoding: None, touches }
        })
        .collect();
    all.reverse();
    all
}

fn judged(told: &[&str], group: &Group) -> Vec<Reason> {
    reasons(&commits(told), &Counting::of(group), &Brought::new())
}
