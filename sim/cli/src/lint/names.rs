//! The asynchronous functions of a source.
//!
//! Owns their gathering, and the names that one block gives twice. Does not know where they are used.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_body, walk_stmt};
use ruff_python_ast::{Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;
use vpyb_sim::scenario::Diagnostic;

use super::{bytes, code};

/// The names of the asynchronous functions.
#[derive(Default)]
pub struct Names<'a> {
    /// Of those that a name alone can mean.
    functions: BTreeSet<&'a str>,
    /// Of those that stand in a class.
    methods: BTreeSet<&'a str>,
    /// What one block declares twice.
    pub declared_twice: Vec<Diagnostic>,
    /// Whether the walk is in the body of a class, outside its methods.
    in_class: bool,
}

impl<'a> Names<'a> {
    /// Gathers them.
    pub fn of(suite: &'a [Stmt]) -> Self {
        let mut names = Self::default();
        names.visit_body(suite);
        names
    }

    /// Whether a name alone can mean one.
    pub fn function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// Whether a name after a dot can mean one.
    pub fn attribute(&self, name: &str) -> bool {
        self.functions.contains(name) || self.methods.contains(name)
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        let mut declared: BTreeMap<&str, &StmtFunctionDef> = BTreeMap::new();
        for function in body.iter().filter_map(Stmt::as_function_def_stmt) {
            let name = function.name.as_str();
            let Some(before) = declared.insert(name, function) else { continue };
            if before.is_async || function.is_async {
                let place = bytes(function.name.range());
                let twice =
                    Diagnostic::new(code::DECLARED_TWICE, place, format!("`{name}` is declared twice"));
                let twice = twice.also(bytes(before.name.range()), "declared here before");
                self.declared_twice.push(twice.help("only the last one can be called: rename one of them"));
            }
        }
        walk_body(self, body);
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outside = self.in_class;
        match stmt {
            Stmt::ClassDef(_) => self.in_class = true,
            Stmt::FunctionDef(function) => {
                if function.is_async {
                    let names = if outside { &mut self.methods } else { &mut self.functions };
                    names.insert(function.name.as_str());
                }
                self.in_class = false;
            }
            _ => {}
        }
        walk_stmt(self, stmt);
        self.in_class = outside;
    }
}
