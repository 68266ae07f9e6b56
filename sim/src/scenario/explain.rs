//! A scenario with all that its file leaves unsaid, as a file again.
//!
//! Owns how a file is printed for one of its variants, with defaults filled in. Which defaults there are is handed in
//! by whoever knows the board. Knows no key but those by which a variant is chosen.

use toml::de::{DeTable, DeValue};

use super::builder::{Fields, Item, Key};
use super::problems::Problems;
use super::table::Table;
use super::variant;

/// A value that a file does not say: its path of keys, and of places in lists; what it is; and where it comes from.
pub struct Unsaid {
    /// E.g. `cpu`, `step` or `expect`, `0`, `count`.
    pub path: Vec<String>,
    /// The value.
    pub value: Item,
    /// Nothing for a default of the format, else e.g. `the profile's`.
    pub by: &'static str,
}

/// The file as it is run for this variant. The source must be good.
///
/// # Panics
///
/// If the source cannot be parsed.
pub fn explain(source: &str, variant: Option<&str>, unsaid: &[Unsaid]) -> String {
    let original = DeTable::parse(source).expect("a good file").into_inner();
    let problems = Problems::default();
    let mut tree = original.clone();
    let variants = variant::variants(Table::new(&original, 0..0, "this file", &problems).peek("variant"));
    if let Some((_, changes)) = variants.iter().find(|(name, _)| Some(*name) == variant) {
        variant::overlay(&mut tree, changes, &problems);
    }
    tree.remove("variant");
    let mut whole = Node::of(&DeValue::Table(tree));
    whole.judged_in(variant);
    for unsaid in unsaid {
        whole.add(&unsaid.path, unsaid);
    }
    whole.print()
}

/// A value of the tree.
enum Node {
    Leaf(Item),
    List(Vec<Node>),
    /// Keys in the order of the file, then those that it does not say, each with the remark of such a one.
    Table(Vec<(String, Node, Option<&'static str>)>),
}

impl Node {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::Array(items) => Self::List(items.iter().map(|item| Self::of(item.get_ref())).collect()),
            DeValue::Table(keys) => {
                let mut keys: Vec<_> = keys.iter().collect();
                keys.sort_by_key(|(key, _)| key.span().start);
                let keys = keys.into_iter();
                Self::Table(
                    keys.map(|(key, value)| (key.get_ref().to_string(), Self::of(value.get_ref()), None))
                        .collect(),
                )
            }
            DeValue::String(text) => Self::Leaf(Item::Text(text.to_string())),
            DeValue::Boolean(flag) => Self::Leaf(Item::Flag(*flag)),
            DeValue::Float(number) => Self::Leaf(Item::Float(number.as_str().parse().unwrap_or(f64::NAN))),
            DeValue::Integer(number) => Self::Leaf(Item::Int(
                i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX),
            )),
            DeValue::Datetime(_) => unreachable!("the format has no dates"),
        }
    }

    /// Leaves the expectations that are judged in this variant.
    fn judged_in(&mut self, variant: Option<&str>) {
        let Self::Table(keys) = self else { return };
        let Some((_, Self::List(expects), _)) = keys.iter_mut().find(|(key, ..)| key == "expect") else {
            return;
        };
        let names = |node: &Self| {
            let Self::List(names) = node else { return false };
            names
                .iter()
                .any(|name| matches!(name, Self::Leaf(Item::Text(name)) if Some(name.as_str()) == variant))
        };
        expects.retain_mut(|expect| {
            let Self::Table(keys) = expect else { return true };
            let judged = keys.iter().all(|(key, node, _)| key != "only" || names(node));
            keys.retain(|(key, ..)| key != "only");
            judged
        });
    }

    /// Adds what is not said, unless it is.
    fn add(&mut self, path: &[String], unsaid: &Unsaid) {
        let Some((first, rest)) = path.split_first() else { return };
        match self {
            Self::Leaf(_) => {}
            Self::List(items) => {
                let item = first.parse().ok().and_then(|place: usize| items.get_mut(place));
                item.into_iter().for_each(|item| item.add(rest, unsaid));
            }
            Self::Table(keys) => {
                let at = keys.iter().position(|(key, ..)| key == first);
                match (at, rest.is_empty()) {
                    (Some(at), false) => keys[at].1.add(rest, unsaid),
                    (Some(_), true) => {}
                    (None, true) => {
                        keys.push((first.clone(), Self::Leaf(unsaid.value.clone()), Some(unsaid.by)));
                    }
                    (None, false) => {
                        let mut inner = Self::Table(Vec::new());
                        inner.add(rest, unsaid);
                        keys.push((first.clone(), inner, None));
                    }
                }
            }
        }
    }

    /// As a value in one line.
    fn item(&self) -> Item {
        match self {
            Self::Leaf(item) => item.clone(),
            Self::List(items) => Item::List(items.iter().map(Self::item).collect()),
            Self::Table(keys) => {
                let fields = keys.iter();
                Item::Table(
                    fields.fold(Fields::default(), |all, (key, node, _)| all.and(key.clone(), node.item())),
                )
            }
        }
    }

    /// As a whole file.
    fn print(&self) -> String {
        let mut text = String::new();
        let Self::Table(keys) = self else { return text };
        let (sections, lines): (Vec<_>, Vec<_>) = keys.iter().partition(|(_, node, _)| node.is_section());
        for (key, node, by) in lines {
            text += &line(key, node, *by);
        }
        for (key, node, _) in sections {
            node.section(&mut text, &Key(key).to_string());
        }
        text
    }

    /// Whether it stands under a head of its own.
    fn is_section(&self) -> bool {
        match self {
            Self::Leaf(_) => false,
            Self::List(items) => items.iter().any(|item| matches!(item, Self::Table(_))),
            Self::Table(_) => true,
        }
    }

    fn section(&self, text: &mut String, head: &str) {
        match self {
            Self::Leaf(_) => {}
            Self::List(items) => {
                for item in items {
                    *text += &format!("\n[[{head}]]\n");
                    item.lines(text);
                }
            }
            // Parts are tables by name; of all others, what is in them is written in one line.
            Self::Table(keys) if matches!(head, "parts") => {
                for (key, node, _) in keys {
                    *text += &format!("\n[{head}.{}]\n", Key(key));
                    node.lines(text);
                }
            }
            Self::Table(_) => {
                *text += &format!("\n[{head}]\n");
                self.lines(text);
            }
        }
    }

    fn lines(&self, text: &mut String) {
        let Self::Table(keys) = self else { return };
        for (key, node, by) in keys {
            *text += &line(key, node, *by);
        }
    }
}

/// A key and its value; a remark if the file does not say it.
fn line(key: &str, node: &Node, by: Option<&'static str>) -> String {
    let line = format!("{} = {}", Key(key), node.item());
    match by {
        None => format!("{line}\n"),
        Some("") => format!("{line:40}  # default\n"),
        Some(by) => format!("{line:40}  # {by}\n"),
    }
}
