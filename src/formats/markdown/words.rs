//! What the words of a document are worth: which titles are the same, which text only holds a place.

/// Words that say that somebody will write here.
const PROMISES: &[&str] = &["todo", "tbd"];

/// The elements of HTML. Every other tag is taken for text: `<path>` holds a place, and `Vec<T>` means what it says.
const ELEMENTS: &str = "\
    a abbr address area article aside b base basefont bdi bdo blockquote body br button canvas caption \
    center cite code col colgroup dd del details dfn dialog dir div dl dt em embed fieldset figcaption \
    figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins \
    kbd legend li link main mark menu menuitem nav noframes ol optgroup option p param picture pre q s \
    samp script search section small source span strike strong style sub summary sup svg table tbody td \
    textarea tfoot th thead title tr track tt u ul var video\
";

/// Stands for the `<` of a slot while a parser of markdown looks at it.
const SUBSTITUTE: char = '\u{1a}';

/// The words without line breaks and repeated spaces.
pub(super) fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text only says that something belongs here: slots such as `<what changes>` or `[date]`, promises such as
/// `TODO`, dots and dashes, or nothing. `none` and `n/a` are answers.
pub(super) fn is_placeholder(text: &str) -> bool {
    let rest = without_slots(text);
    let mut words = rest.split(|char| !says_something(char)).filter(|word| !word.is_empty());
    words.all(|word| PROMISES.iter().any(|promise| word.eq_ignore_ascii_case(promise)))
}

/// The document with a mark for each `<` of a slot that begins a line, byte for byte as long. For markdown `<what>` would
/// begin a block of HTML, which swallows lists and headings up to the next empty line.
pub(super) fn mark_slots(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_container = |char: char| char.is_ascii_digit() || " \t>-*+.)".contains(char);
        let content = line.trim_start_matches(is_container);
        let is_slot = tag_name(content).is_some_and(|(name, after)| {
            !is_element(name) && after.starts_with(|char: char| char.is_whitespace() || "/>".contains(char))
        });
        let rest = if is_slot { content.strip_prefix('<') } else { None };
        if let Some((container, rest)) = line.strip_suffix(content).zip(rest) {
            marked.extend([container, SUBSTITUTE.encode_utf8(&mut [0; 4]), rest]);
        } else {
            marked.push_str(line);
        }
    }
    marked
}

/// What [`mark_slots`] marked, as it was.
pub(super) fn unmark_slots(text: &str) -> String {
    text.replace(SUBSTITUTE, "<")
}

/// Appends the text of a piece of HTML without comments and known elements; true when an image is among them.
pub(super) fn push_html(text: &mut String, html: &str) -> bool {
    let mut image = false;
    let mut rest = html;
    while let Some((before, tag)) = split_before(rest, '<') {
        text.push_str(before);
        if tag.starts_with("<!--") {
            // `<!-->` is a whole comment, so its end may overlap with its beginning.
            let end = tag.get(2..).and_then(|inner| inner.split_once("-->"));
            rest = end.map_or("", |(_, after)| after);
            continue;
        }
        let inner = tag.get(1..).unwrap_or_default();
        // A search that stops at the next tag keeps this linear.
        let end =
            inner.find(['<', '>']).filter(|&end| inner.get(end..).is_some_and(|end| end.starts_with('>')));
        let name = tag_name(tag).map(|(name, _)| name).filter(|name| is_element(name));
        let Some((name, end)) = name.zip(end) else {
            text.push('<');
            rest = inner;
            continue;
        };
        image |= name.eq_ignore_ascii_case("img");
        text.push_str(if name.eq_ignore_ascii_case("br") { " " } else { "" });
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    image
}

fn split_before(text: &str, char: char) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(char)?)
}

/// The name in `<name …` or `</name …`, with what comes after it.
fn tag_name(tag: &str) -> Option<(&str, &str)> {
    let tag = tag.strip_prefix('<')?;
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag.find(|char: char| !char.is_ascii_alphanumeric() && char != '-').unwrap_or(tag.len());
    tag.split_at_checked(end).filter(|(name, _)| name.starts_with(|char: char| char.is_ascii_alphabetic()))
}

fn is_element(name: &str) -> bool {
    ELEMENTS.split(' ').any(|element| element.eq_ignore_ascii_case(name))
}

/// Letters and digits, and symbols from arrows on, since a tick or an emoji in a table is an answer. Punctuation,
/// invisible characters and an empty box are not.
fn says_something(char: char) -> bool {
    let blank = char.is_whitespace() || matches!(char, '\u{2610}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    char.is_alphanumeric() || (char > '\u{206f}' && !blank)
}

/// The text with a space for each `<…>` and `[…]`; one that is not closed is no slot.
fn without_slots(text: &str) -> String {
    let mut rest = String::new();
    let mut slot: Option<(usize, char, char)> = None;
    let mut depth = 0_usize;
    for (at, char) in text.char_indices() {
        match slot {
            None => {
                slot = [('<', '>'), ('[', ']')]
                    .into_iter()
                    .find(|&(open, _)| open == char)
                    .map(|(open, close)| (at, open, close));
                depth = 1;
                rest.push(if slot.is_some() { ' ' } else { char });
            }
            Some((_, open, _)) if char == open => depth += 1,
            Some((_, _, close)) if char == close => {
                depth -= 1;
                slot = slot.filter(|_| depth > 0);
            }
            Some(_) => {}
        }
    }
    rest.push_str(slot.and_then(|(at, _, _)| text.get(at..)).unwrap_or_default());
    rest
}
