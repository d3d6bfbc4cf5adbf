//! Splices for the entries of mappings and the items of lists: changed, removed, added.

use serde_json::{Map, Value};

use super::edit::{Editor, align};
use super::place::{byte, first_in_line, lead, line_end, line_start, next_line, slice};
use super::spans::{Entry, Node};

/// Where an entry or item stands: from its key or dash to the end of its value.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: usize,
    end: usize,
}

impl Editor<'_> {
    /// Edits a mapping entry by entry; `false` when it has to be replaced as a whole.
    pub(super) fn map(
        &mut self,
        node: &Node,
        (flow, entries): (bool, &[Entry]),
        old: &Map<String, Value>,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> bool {
        let gone = |entry: &Entry| !after.contains_key(&entry.name) && before.contains_key(&entry.name);
        let removed: Vec<bool> = entries.iter().map(gone).collect();
        let fresh = |key: &String, value: &Value| {
            !entries.iter().any(|entry| entry.name == *key) && before.get(key) != Some(value)
        };
        let moved = removed.contains(&true) || after.iter().any(|(key, value)| fresh(key, value));
        if !removed.contains(&false) || (moved && flow && byte(self.text, node.start) != Some(b'{')) {
            return false;
        }
        for entry in entries {
            if let (Some(old), Some(new)) = (old.get(&entry.name), after.get(&entry.name)) {
                let home = self.home(flow, entry.key.start, entry.mark, false);
                self.value(&home, &entry.value, old, before.get(&entry.name).unwrap_or(old), new);
            }
        }
        let part = |entry: &Entry| Part { start: entry.key.start, end: entry.value.end.max(entry.key.end) };
        let parts: Vec<Part> = entries.iter().map(part).collect();
        self.remove(flow, &parts, &removed);
        let mut anchor = None;
        let mut group: Vec<(&String, &Value)> = Vec::new();
        for (key, value) in after {
            if let Some(at) = entries.iter().position(|entry| entry.name == *key) {
                self.add_entries(flow, &parts, anchor, &group);
                group.clear();
                anchor = Some(at);
            } else if fresh(key, value) {
                group.push((key, value));
            }
        }
        self.add_entries(flow, &parts, anchor, &group);
        true
    }

    fn add_entries(
        &mut self,
        flow: bool,
        parts: &[Part],
        anchor: Option<usize>,
        group: &[(&String, &Value)],
    ) {
        let Some(near) = parts.get(anchor.unwrap_or(0)) else { return };
        let lead = lead(self.text, near.start);
        let column = lead.chars().count();
        let own = self.look.json && first_in_line(self.text, near.start);
        let text = |(key, value): &(&String, &Value)| match (flow, own) {
            (true, true) => self.look.pretty_pair(key, value, lead),
            (true, false) => self.look.pair(key, value),
            (false, _) => self.look.entry(key, value, column),
        };
        let texts: Vec<String> = group.iter().map(text).collect();
        self.add(flow, parts, anchor, &texts);
    }

    /// Edits a list item by item; `false` when it has to be replaced as a whole.
    pub(super) fn list(
        &mut self,
        node: &Node,
        (flow, items): (bool, &[(usize, Node)]),
        old: &[Value],
        before: &[Value],
        after: &[Value],
    ) -> bool {
        let (head, tail) = align(before, after);
        let paired = before.len().min(after.len()) - tail;
        let is_removed = |at: usize| at >= paired && at < before.len() - tail;
        let removed: Vec<bool> = (0..items.len()).map(is_removed).collect();
        if !removed.contains(&false) || (flow && byte(self.text, node.start) != Some(b'[')) {
            return false;
        }
        for (at, (start, item)) in items.iter().enumerate().take(paired).skip(head) {
            if let (Some(old), Some(was), Some(new)) = (old.get(at), before.get(at), after.get(at)) {
                let home = self.home(flow, *start, start + 1, true);
                self.value(&home, item, old, was, new);
            }
        }
        let parts: Vec<Part> =
            items.iter().map(|(start, item)| Part { start: *start, end: item.end }).collect();
        self.remove(flow, &parts, &removed);
        let anchor = paired.checked_sub(1);
        let Some(near) = parts.get(anchor.unwrap_or(0)) else { return true };
        let lead = lead(self.text, near.start);
        let own = self.look.json && first_in_line(self.text, near.start);
        let text = |value: &Value| match (flow, own) {
            (true, true) => self.look.pretty(value, lead),
            (true, false) => self.look.flow(value),
            (false, _) => self.look.item(value, lead.chars().count()),
        };
        let texts: Vec<String> = after.iter().take(after.len() - tail).skip(paired).map(text).collect();
        self.add(flow, &parts, anchor, &texts);
        true
    }

    fn add(&mut self, flow: bool, parts: &[Part], anchor: Option<usize>, texts: &[String]) {
        let Some(near) = parts.get(anchor.unwrap_or(0)).copied() else { return };
        if texts.is_empty() {
            return;
        }
        match (flow, anchor) {
            (false, Some(_)) => {
                let margin = self.look.margin(lead(self.text, near.start).chars().count());
                let at = self.block_end(near);
                self.splice(at, at, each(texts, &margin, ""));
            }
            (false, None) => {
                let margin = self.look.margin(lead(self.text, near.start).chars().count());
                let at = near.start;
                self.splice(at, at, each(texts, "", &margin));
            }
            (true, Some(at)) => self.add_flow(near, parts.get(at + 1).copied(), texts),
            (true, None) => {
                let own = first_in_line(self.text, near.start);
                let gap = if own { self.own_line(near) } else { " ".to_owned() };
                let text = each(texts, "", &format!(",{gap}"));
                self.splice(near.start, near.start, text);
            }
        }
    }

    /// A line end and the indentation of an element on a line of its own.
    fn own_line(&self, part: Part) -> String {
        format!("{}{}", self.look.newline, lead(self.text, part.start))
    }

    fn add_flow(&mut self, near: Part, next: Option<Part>, texts: &[String]) {
        let comma = self.comma(near.end);
        let line = line_end(self.text, comma.unwrap_or(near.end));
        let closes = next.map_or_else(
            || self.rest_is_blank(comma.map_or(near.end, |at| at + 1)),
            |next| next.start > line,
        );
        if !first_in_line(self.text, near.start) || !closes {
            let text = each(texts, ", ", "");
            self.splice(near.end, near.end, text);
            return;
        }
        let gap = self.own_line(near);
        if comma.is_some() {
            let text = each(texts, &gap, ",");
            self.splice(line, line, text);
        } else {
            self.splice(near.end, near.end, ",");
            let lines: Vec<String> = texts.iter().map(|text| format!("{gap}{text}")).collect();
            self.splice(line, line, lines.join(","));
        }
    }

    /// The comma after an element, past blanks and comments.
    fn comma(&self, end: usize) -> Option<usize> {
        let mut at = end;
        loop {
            match byte(self.text, at)? {
                b',' => return Some(at),
                b'#' => at = next_line(self.text, at),
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                _ => return None,
            }
        }
    }

    fn rest_is_blank(&self, at: usize) -> bool {
        let rest = slice(self.text, at, line_end(self.text, at)).trim_start();
        rest.is_empty() || rest.starts_with('#')
    }

    /// The end of the last line of a block, with the comments below that are indented deeper than its start.
    fn block_end(&self, part: Part) -> usize {
        let column = lead(self.text, part.start).chars().count();
        let mut end = line_end(self.text, part.end);
        let mut line = next_line(self.text, part.end);
        while line < self.text.len() {
            let content = slice(self.text, line, line_end(self.text, line));
            let bare = content.trim_start_matches(' ');
            if bare.starts_with('#') && content.len() - bare.len() > column {
                end = line + content.len();
            } else if !bare.trim().is_empty() {
                break;
            }
            line = next_line(self.text, line);
        }
        end
    }

    fn remove(&mut self, flow: bool, parts: &[Part], removed: &[bool]) {
        if !removed.contains(&true) {
            return;
        }
        let is_removed = |at: usize| removed.get(at).copied().unwrap_or(false);
        let last_kept = (0..parts.len()).rev().find(|at| !is_removed(*at)).unwrap_or(0);
        let mut skip = 0;
        for (at, part) in parts.iter().enumerate().filter(|(at, _)| is_removed(*at)) {
            if at < skip {
                continue;
            }
            if self.stands_alone(flow, *part, parts.get(at + 1)) {
                self.remove_lines(flow, *part);
            } else if at < last_kept {
                let next = (at..parts.len()).find(|at| !is_removed(*at)).unwrap_or(at);
                skip = next;
                let to = parts.get(next).map_or(part.end, |next| next.start);
                self.splice(part.start, to, "");
            } else {
                let from = at.checked_sub(1).and_then(|at| parts.get(at)).map_or(part.start, |part| part.end);
                self.cut_tail(from, *part);
            }
        }
        let tail = parts.get(last_kept + 1..).unwrap_or_default();
        if let (true, Some(kept), Some(last)) = (flow, parts.get(last_kept), tail.last())
            && self.comma(last.end).is_none()
            && let Some(comma) = self.comma(kept.end)
            && !self.splices.iter().any(|splice| splice.start <= comma && comma < splice.end)
        {
            self.splice(comma, comma + 1, "");
        }
    }

    /// The last element of several on a line, with the comma in front of it.
    fn cut_tail(&mut self, from: usize, part: Part) {
        let between = slice(self.text, from, part.start);
        let own = between.contains('\n');
        let start = if own { part.start - (part.start - line_start(self.text, part.start)) } else { from };
        let start = if own { start.saturating_sub(self.look.newline.len()) } else { start };
        self.splice(start, part.end, "");
    }

    /// Whether whole lines can go.
    fn stands_alone(&self, flow: bool, part: Part, next: Option<&Part>) -> bool {
        if !first_in_line(self.text, part.start) {
            return false;
        }
        if !flow {
            return true;
        }
        let comma = self.comma(part.end).filter(|comma| *comma < line_end(self.text, part.end));
        let end = comma.map_or(part.end, |comma| comma + 1);
        self.rest_is_blank(end) && next.is_none_or(|next| next.start > line_end(self.text, end))
    }

    fn remove_lines(&mut self, flow: bool, part: Part) {
        let start = line_start(self.text, part.start);
        let end = if flow { line_end(self.text, part.end) } else { self.block_end(part) };
        let after = next_line(self.text, end);
        self.splice(start, after, "");
    }
}

/// The texts, each between what belongs before and after it.
fn each(texts: &[String], before: &str, after: &str) -> String {
    texts.iter().flat_map(|text| [before, text, after]).collect()
}
