//! What may depend on what, read from the code's paths.
//!
//! Owns the list of arrows. An arrow that is not listed is an error, and so is one that nobody uses any more
//! in the manifests. Comments are not read: documentation may point anywhere.

use std::fs;

use super::{Source, complain, sources};
use crate::checked_in::root;

/// Inside `sim` and its command line: a module and what it may use of both. `scenario::model` is the lowered form alone,
/// without the parser.
const ARROWS: &[(&str, &[&str])] = &[
    ("trace", &[]),
    ("world", &["trace"]),
    ("mcu", &["trace", "world"]),
    ("devices", &["mcu", "trace", "world"]),
    ("scenario", &[]),
    ("sight", &["scenario::model", "trace"]),
    ("expect", &["scenario::model", "sight", "trace"]),
    ("report", &["expect", "scenario::model", "trace"]),
    ("board", &["devices", "mcu", "scenario::model", "sight", "trace", "world"]),
    ("script", &["scenario::model"]),
    ("runner", &["board", "scenario::model", "script", "trace"]),
    ("travel", &["expect", "report", "scenario::model", "sight", "trace"]),
    ("page", &["expect", "trace", "travel"]),
    ("view", &["report", "trace", "travel"]),
    ("lint", &["scenario"]),
    ("command", &["*"]),
    ("bin", &["PROGRAMS", "main"]),
];

/// Packages and what their code may use of the others.
const PACKAGES: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("scenarios", &["vpyb_core"]),
    ("sim", &["vpyb_core", "vpyb_sim"]),
    ("sim/cli", &["vpyb_cli", "vpyb_core", "vpyb_scenarios", "vpyb_sim"]),
];

/// A path that the code names: in which line, and its first two parts below the root.
type Named = (usize, String);

#[test]
fn modules_of_the_simulator_use_what_is_below_them() {
    let mut broken = Vec::new();
    for source in sources() {
        let below = |package| source.name.strip_prefix(package);
        let Some(path) = below("sim/src/").or_else(|| below("sim/cli/src/")) else { continue };
        let Some((module, _)) = path.split_once('/') else { continue };
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == module) else {
            broken.push(format!("{}: `{module}` has no line in ARROWS yet", source.name));
            continue;
        };
        let named = ["crate", "vpyb_sim", "vpyb_cli"].iter().flat_map(|root| paths(&source, root));
        for (line, to) in named.chain(climbed(&source)) {
            let own = to == module || to.starts_with(&format!("{module}::"));
            if !own && !allowed.iter().any(|arrow| covers(arrow, &to)) {
                let known = if allowed.is_empty() { "nothing".into() } else { allowed.join(", ") };
                broken.push(format!("{}:{line}: `{module}` uses `{to}`; it may use {known}", source.name));
            }
        }
    }
    let rule = "Dependencies run one way only. Move the code to the side that may know both, or hand the value \
                in; if the design is to change, change ARROWS in tests/it/tidy/arrows.rs and ARCHITECTURE.md.";
    complain(rule, &broken);
}

#[test]
fn packages_use_what_is_below_them() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some((package, _)) = source.name.split_once("/src/") else { continue };
        let Some((_, allowed)) = PACKAGES.iter().find(|(name, _)| *name == package) else { continue };
        for other in ["vpyb_cli", "vpyb_core", "vpyb_scenarios", "vpyb_sim"] {
            for (line, _) in paths(&source, other) {
                if !allowed.contains(&other) {
                    broken.push(format!("{}:{line}: names `{other}`", source.name));
                }
            }
        }
    }
    let rule = "scenarios -> core; sim -> core; only sim/cli -> scenarios, so that a crate with programs of its own \
                has the whole simulator without the tutorial's.";
    complain(rule, &broken);
}

#[test]
fn manifests_say_the_same() {
    let listed = |package: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a manifest");
        let keys = text.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let ours = keys.filter(|key| key.starts_with("vpyb-"));
        ours.map(|key| key.replace('-', "_")).collect()
    };
    assert_eq!(listed("core"), [""; 0]);
    assert_eq!(listed("scenarios"), ["vpyb_core"]);
    assert_eq!(
        listed("sim"),
        ["vpyb_core", "vpyb_cli"],
        "the command line for examples in documentation alone"
    );
    assert_eq!(listed("sim/cli"), ["vpyb_core", "vpyb_scenarios", "vpyb_sim"]);
}

/// Whether an arrow to `arrow` allows the use of `path`.
fn covers(arrow: &str, path: &str) -> bool {
    arrow == "*" || path == arrow || path.strip_prefix(arrow).is_some_and(|rest| rest.starts_with("::"))
}

// ---- reading paths ---------------------------------------------------------------------------------

/// The code without comments, and where its lines begin.
fn code_of(source: &Source) -> (String, Vec<(usize, usize)>) {
    let (mut code, mut begins) = (String::new(), Vec::new());
    for (number, line) in source.code() {
        begins.push((code.len(), number));
        code.push_str(line);
        code.push('\n');
    }
    (code, begins)
}

fn line_at(begins: &[(usize, usize)], at: usize) -> usize {
    begins[begins.partition_point(|(begin, _)| *begin <= at) - 1].1
}

/// All that is named below `head::`. A macro's own `$crate` is the macro's business.
fn paths(source: &Source, head: &str) -> Vec<Named> {
    let (code, begins) = code_of(source);
    let head = format!("{head}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&head) {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if before.is_alphanumeric() || "_$:".contains(before) {
            continue;
        }
        let line = line_at(&begins, at);
        found.extend(tree(&code[at + head.len()..], 2).into_iter().map(|path| (line, path)));
    }
    found
}

/// What is named by climbing out of the file's own top module with `super::super::`.
fn climbed(source: &Source) -> Vec<Named> {
    let (code, begins) = code_of(source);
    let (_, path) = source.name.split_once("src/").expect("a source file of a package");
    let parts = path.matches('/').count();
    let depth = if source.name.ends_with("/mod.rs") { parts } else { parts + 1 };
    let tests = code.find("\nmod tests {").unwrap_or(code.len());
    let mut found = Vec::new();
    for (at, _) in code.match_indices("super::") {
        if code[..at].ends_with("::") {
            continue;
        }
        let chain = code[at..].split("super::").take_while(|part| part.is_empty()).count();
        let inside = depth + usize::from(at > tests);
        if chain >= inside {
            let rest = &code[at + chain * "super::".len()..];
            found.extend(tree(rest, 2).into_iter().map(|path| (line_at(&begins, at), path)));
        }
    }
    found
}

/// The paths of a `use` tree, or of a plain path, each cut after `parts` parts.
fn tree(text: &str, parts: usize) -> Vec<String> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return items(group).into_iter().flat_map(|item| tree(item, parts)).collect();
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let below = match rest.strip_prefix("::") {
        Some(rest) if parts > 1 => tree(rest, parts - 1),
        _ => Vec::new(),
    };
    match (name, below.is_empty()) {
        ("", _) => Vec::new(),
        (name, true) => vec![name.to_owned()],
        (name, false) => below.iter().map(|path| format!("{name}::{path}")).collect(),
    }
}

/// The items of a group, up to its closing brace.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                items.push(&group[begin..at]);
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}

#[test]
fn paths_are_read_from_trees_and_from_code() {
    let source = |name: &str, text: &str| Source { name: name.into(), text: text.into() };
    let text = "//! crate::no\nuse crate::a::{self, b::{C, D}, E};\nuse crate::{f, g::H};\n\
                fn x() { crate::i::j(); $crate::k::l() }\n";
    let named = paths(&source("sim/src/m/n.rs", text), "crate");
    let named: Vec<_> = named.iter().map(|(line, path)| (*line, path.as_str())).collect();
    assert_eq!(named, [(2, "a::self"), (2, "a::b"), (2, "a::E"), (3, "f"), (3, "g::H"), (4, "i::j")]);
    let text = "use super::p;\nuse super::super::q::R;\nmod tests {\n    use super::super::super::s;\n}\n";
    let climbed_from =
        |name| -> Vec<_> { climbed(&source(name, text)).into_iter().map(|(_, to)| to).collect() };
    assert_eq!(climbed_from("sim/src/m/n.rs"), ["q::R", "s"]);
    assert_eq!(climbed_from("sim/src/m/n/o.rs"), [""; 0]);
}
