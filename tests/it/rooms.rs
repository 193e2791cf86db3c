//! Who may import whom: the table in `src/lib.rs` against every path in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::files;

/// What the table says of a room.
struct Room {
    kind: String,
    imports: BTreeSet<String>,
}

/// A source file without its tests and comments.
struct Source {
    /// Below `src`, as `view/fold.rs`.
    name: String,
    /// The modules it is in, the room first.
    modules: Vec<String>,
    code: String,
}

fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn table() -> BTreeMap<String, Room> {
    let lib = std::fs::read_to_string(source_dir().join("lib.rs")).expect("lib.rs");
    let mut rooms = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! | `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let words = |cell: &str| {
            cell.split(',')
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect()
        };
        let room = Room {
            kind: cells[1].to_owned(),
            imports: words(cells[3]),
        };
        rooms.insert(cells[0].trim_matches('`').to_owned(), room);
    }
    rooms
}

/// The code before the tests at a file's foot, without comments.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.split(" // ").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Modules that exist for tests alone, as paths without `.rs`.
fn test_modules(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(path).expect("a source file");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            if let Some(name) = pair[1]
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'))
            {
                let home = match path.file_stem().and_then(|stem| stem.to_str()) {
                    Some("mod" | "lib" | "main") => path.with_file_name(""),
                    _ => path.with_extension(""),
                };
                found.insert(home.join(name));
            }
        }
    }
    found
}

fn sources() -> Vec<Source> {
    let root = source_dir();
    let paths = files(&root, ".rs");
    let for_tests = test_modules(&paths);
    let mut sources = Vec::new();
    for path in paths {
        let stem = path.with_extension("");
        if for_tests.iter().any(|module| stem.starts_with(module)) {
            continue;
        }
        let below = path.strip_prefix(&root).expect("below src");
        let modules = below.with_extension("");
        let modules = modules
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .filter(|part| !matches!(part.as_str(), "mod" | "lib" | "main"))
            .collect();
        let text = std::fs::read_to_string(&path).expect("a source file");
        sources.push(Source {
            name: below.display().to_string(),
            modules,
            code: code_of(&text),
        });
    }
    sources
}

/// The rooms that `code` names after `crate::`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |text: &str| {
        let end = text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        text[..end.unwrap_or(text.len())].to_owned()
    };
    for (at, prefix) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            // `use crate::{view, wire::event::Event};`
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.insert(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => {
                found.insert(word(rest));
            }
        }
    }
    found
}

#[test]
fn a_room_imports_only_what_the_table_allows() {
    let rooms = table();
    assert!(rooms.len() >= 12, "the table of lib.rs was not understood");
    let mut arrows = 0;
    for source in sources() {
        let Some(room) = source.modules.first() else {
            continue;
        };
        let known = rooms.get(room);
        let known = known.expect("every room stands in the table of lib.rs");
        for import in imports(&source.code) {
            if import == *room || !rooms.contains_key(&import) {
                continue;
            }
            arrows += 1;
            assert!(
                known.imports.contains(&import),
                "src/{}: {room} may not import {import}; the table in src/lib.rs is the thing to discuss",
                source.name
            );
        }
        let out = "super::".repeat(source.modules.len());
        assert!(
            !source.code.contains(&out),
            "src/{}: {out} leads out of {room}; write crate::",
            source.name
        );
    }
    assert!(arrows > 30, "only {arrows} imports were seen");
}

#[test]
fn pure_rooms_and_io_rooms_never_meet() {
    let rooms = table();
    for (name, room) in &rooms {
        for import in &room.imports {
            let other = &rooms[import].kind;
            let allowed = match room.kind.as_str() {
                "base" => other == "base",
                "pure" => other == "base" || other == "pure",
                "IO" => other == "base" || other == "IO",
                kind => kind == "shell",
            };
            assert!(
                allowed,
                "the table lets {name} ({}) import {import} ({other})",
                room.kind
            );
        }
    }
}

#[test]
fn pure_rooms_touch_no_file_network_environment_or_clock() {
    const FOREIGN: [&str; 18] = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "io::stdin",
        "io::stdout",
        "io::stderr",
        "println!",
        "eprintln!",
        "rusqlite",
        "notify::",
        "rustix::",
        "signal_hook",
    ];
    let rooms = table();
    let mut pure = 0;
    for source in sources() {
        let room = source.modules.first().and_then(|room| rooms.get(room));
        if !room.is_some_and(|room| matches!(room.kind.as_str(), "pure" | "base")) {
            continue;
        }
        pure += 1;
        for foreign in FOREIGN {
            assert!(
                !source.code.contains(foreign),
                "src/{} mentions {foreign}: what it needs of the world comes as an argument",
                source.name
            );
        }
    }
    assert!(pure > 30, "only {pure} files were seen");
}

#[test]
fn no_code_is_unsafe() {
    for source in sources() {
        let mut words = source
            .code
            .split(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        assert!(
            !words.any(|word| word == "unsafe"),
            "src/{} says unsafe",
            source.name
        );
    }
}

#[test]
fn imports_are_read_as_they_are_written() {
    let cases = [
        ("use crate::wire::event::Event;", "wire"),
        (
            "use crate::{view, wire::event::{Body, Event}};",
            "view wire",
        ),
        ("fn x(a: crate::render::Settings) {}", "render"),
        ("$crate::label::x", ""),
    ];
    for (code, want) in cases {
        let got: Vec<_> = imports(code).into_iter().collect();
        assert_eq!(got.join(" "), want, "{code}");
    }
}
