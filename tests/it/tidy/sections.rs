//! Documentation names the tutorial's section, or says that there is none.
//!
//! Owns which items that is asked of: the core's public modules, the files of its primitives, and each method of the
//! event loop.

use super::{above, complain, sources};

/// Whether a text names a section, or says that there is none.
fn names_section(text: &str) -> bool {
    text.contains("section")
        || text.contains("ot in the tutorial")
        || text.contains("ot in\n/// the tutorial")
}

/// The comment at the head of a file.
fn head(text: &str) -> String {
    text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n")
}

#[test]
fn public_modules_and_primitives_name_their_section() {
    let sources = sources();
    let text_of = |name: &str| sources.iter().find(|source| source.name == name).map(|source| &*source.text);
    let root = text_of("core/src/lib.rs").expect("the core's root");
    let public = root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let module = |name: &str| {
        let file = [format!("core/src/{name}.rs"), format!("core/src/{name}/mod.rs")];
        file.into_iter().find(|file| text_of(file).is_some()).expect("a module has a file")
    };
    let primitives = sources.iter().filter(|source| {
        let library = ["asyn", "official", "sync"]
            .iter()
            .any(|name| source.name.starts_with(&format!("core/src/{name}/")));
        library
            && source.text.lines().any(|line| line.starts_with("pub struct ") || line.starts_with("pub fn "))
    });
    let files: Vec<String> = public.map(module).chain(primitives.map(|source| source.name.clone())).collect();
    assert!(files.len() > 20, "{files:?}");
    let broken: Vec<_> = files
        .into_iter()
        .filter(|file| !names_section(&head(text_of(file).expect("it was found"))))
        .collect();
    complain("The head of the file names the tutorial's section, or says `not in the tutorial`.", &broken);
}

#[test]
fn methods_of_the_event_loop_name_their_section() {
    let (mut broken, mut found) = (Vec::new(), 0);
    for source in sources().iter().filter(|source| source.name.starts_with("core/src/")) {
        let lines: Vec<&str> = source.text.lines().collect();
        let mut inside = false;
        for (at, line) in lines.iter().enumerate() {
            inside = *line == "impl EventLoop {" || (inside && *line != "}");
            if !inside || !line.starts_with("    pub fn ") {
                continue;
            }
            found += 1;
            if !names_section(
                &above(&lines, at).into_iter().rev().map(str::trim).collect::<Vec<_>>().join("\n"),
            ) {
                broken.push(format!("{}:{}: {}", source.name, at + 1, line.trim()));
            }
        }
    }
    assert!(found > 30, "only {found} methods were found");
    complain("A method of the loop names the tutorial's section, or says `not in the tutorial`.", &broken);
}
