//! What is done with asynchronous functions.
//!
//! Owns the verdicts of the table in `mod.rs`. Does not know how the names were found.

use ruff_python_ast::visitor::{Visitor, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, ExprCall, ExprContext, Stmt};
use ruff_text_size::Ranged;
use vpyb_sim::scenario::Diagnostic;

use super::names::Names;
use super::{bytes, code};

/// Functions that run the coroutine that they are given.
const RUNNERS: &[&str] = &["create_task", "run_until_complete"];

/// Judges every expression that names an asynchronous function.
pub fn judge<'a>(suite: &'a [Stmt], names: &'a Names<'a>) -> Vec<Diagnostic> {
    let mut uses = Uses { names, found: Vec::new() };
    uses.visit_body(suite);
    uses.found
}

struct Uses<'a> {
    names: &'a Names<'a>,
    found: Vec<Diagnostic>,
}

/// An expression that names an asynchronous function: `foo`, `x.foo`, `foo(…)`, `x.foo(…)`.
struct Use<'e> {
    name: &'e str,
    /// `x`.
    object: Option<&'e Expr>,
    call: Option<&'e ExprCall>,
}

impl<'a> Uses<'a> {
    /// What an expression names, if it is an asynchronous function that is read.
    fn named(&self, expr: &'a Expr) -> Option<(&'a str, Option<&'a Expr>)> {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => {
                let id = name.id.as_str();
                self.names.function(id).then_some((id, None))
            }
            Expr::Attribute(attribute) if attribute.ctx == ExprContext::Load => {
                let id = attribute.attr.as_str();
                self.names.attribute(id).then_some((id, Some(&*attribute.value)))
            }
            _ => None,
        }
    }

    fn used(&self, expr: &'a Expr) -> Option<Use<'a>> {
        let call = expr.as_call_expr();
        let (name, object) = self.named(call.map_or(expr, |call| &call.func))?;
        Some(Use { name, object, call })
    }

    /// Goes on with what stands in a use: its object, and the arguments of its call.
    fn inside(&mut self, used: &Use<'a>) {
        if let Some(object) = used.object {
            self.visit_object(object);
        }
        if let Some(call) = used.call {
            self.visit_call_arguments(call);
        }
    }

    /// An expression at a place where a coroutine, or the function, may stand.
    fn visit_allowed(&mut self, expr: &'a Expr) {
        match self.used(expr) {
            Some(used) => self.inside(&used),
            None => self.visit_expr(expr),
        }
    }

    /// An expression at a place where the function may stand, but not a coroutine.
    fn visit_object(&mut self, expr: &'a Expr) {
        match self.used(expr) {
            Some(used) if used.call.is_none() => self.inside(&used),
            _ => self.visit_expr(expr),
        }
    }

    fn visit_call_arguments(&mut self, call: &'a ExprCall) {
        let callee = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        for argument in call.arguments.args.iter().chain(keywords) {
            match self.used(argument) {
                Some(used) => {
                    let runs = RUNNERS.contains(&callee);
                    let silent = match (used.call, used.object) {
                        (Some(_), None) => runs,
                        (None, None) => false,
                        (None, Some(_)) => !runs,
                        (Some(_), Some(_)) => true,
                    };
                    if !silent {
                        self.found.push(passed(&used, argument, callee));
                    }
                    self.inside(&used);
                }
                None => self.visit_expr(argument),
            }
        }
    }
}

impl<'a> Visitor<'a> for Uses<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::For(each) if each.is_async => {
                self.visit_allowed(&each.iter);
                self.visit_expr(&each.target);
                self.visit_body(&each.body);
                self.visit_body(&each.orelse);
            }
            Stmt::With(with) if with.is_async => {
                for item in &with.items {
                    self.visit_allowed(&item.context_expr);
                    item.optional_vars.iter().for_each(|target| self.visit_expr(target));
                }
                self.visit_body(&with.body);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        if !comprehension.is_async {
            return walk_comprehension(self, comprehension);
        }
        self.visit_allowed(&comprehension.iter);
        self.visit_expr(&comprehension.target);
        comprehension.ifs.iter().for_each(|condition| self.visit_expr(condition));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Some(used) = self.used(expr) {
            self.found.push(not_awaited(&used, expr));
            return self.inside(&used);
        }
        match expr {
            Expr::Await(awaited) => self.visit_allowed(&awaited.value),
            Expr::YieldFrom(awaited) => self.visit_allowed(&awaited.value),
            Expr::Compare(compared) => {
                self.visit_object(&compared.left);
                compared.comparators.iter().for_each(|side| self.visit_object(side));
            }
            Expr::Attribute(attribute) => self.visit_object(&attribute.value),
            Expr::Call(call) => {
                self.visit_expr(&call.func);
                self.visit_call_arguments(call);
            }
            _ => walk_expr(self, expr),
        }
    }
}

fn passed(used: &Use, place: &Expr, callee: &str) -> Diagnostic {
    let name = used.name;
    let to = if callee.is_empty() { "a function".to_owned() } else { format!("`{callee}`") };
    let message = format!("the asynchronous function `{name}` is passed to {to}");
    let help = match (RUNNERS.contains(&callee), used.call) {
        (true, _) => format!("`{callee}` wants a coroutine: call the function, as `{name}()`"),
        (false, Some(_)) => format!("right if {to} awaits the coroutine or gives it to the event loop"),
        (false, None) => format!("right if {to} calls the function and awaits what that gives"),
    };
    Diagnostic::new(code::PASSED, bytes(place.range()), message).help(help)
}

fn not_awaited(used: &Use, place: &Expr) -> Diagnostic {
    let name = used.name;
    let message = format!("the asynchronous function `{name}` is not awaited");
    let (label, help) = match used.call {
        Some(_) => (
            "makes a coroutine, and runs nothing",
            "`await` it, or give it to the event loop with `create_task`; right if something else awaits it later",
        ),
        None => ("names the function, and runs nothing", "right if something else calls it and awaits that"),
    };
    Diagnostic::new(code::NOT_AWAITED, bytes(place.range()), message).label(label).help(help)
}
