//! The source that lists the systems of an app.

use proc_macro2::LineColumn;
use syn::visit::{self, Visit};
use syn::{Expr, ExprArray, ExprCall, Ident, Item, ItemMod, Visibility};

/// `text`, the app's `lib.rs`, with the module of a system and the system.
///
/// # Errors
/// When there is no list in which the system could be written; the message says what was expected.
pub(super) fn with_system(text: &str, module: &str) -> Result<String, String> {
    let file = syn::parse_file(text).map_err(|error| format!("it is no Rust: {error}"))?;
    let mut lists = Lists::default();
    lists.visit_file(&file);
    let [list] = lists.0[..] else {
        return Err(format!("expected one `App::new([…])`, found {}", lists.0.len()));
    };
    let (at, insertion) = element(text, list, module);
    let mut edited = text.to_owned();
    let place = module_place(text, &file, module);
    // The later place first, so that the earlier one stays where it is.
    // The first module of all stands apart from what follows.
    let is_first = !file.items.iter().any(|item| matches!(item, Item::Mod(_)));
    let end = if is_first { "\n\n" } else { "\n" };
    let mut edits = [(at, insertion), (place, format!("pub mod {module};{end}"))];
    edits.sort_by(|(one, _), (other, _)| other.cmp(one));
    for (at, insertion) in edits {
        edited.insert_str(at, &insertion);
    }
    Ok(edited)
}

/// The arrays that `App::new` is called with.
#[derive(Default)]
struct Lists<'a>(Vec<&'a ExprArray>);

impl<'a> Visit<'a> for Lists<'a> {
    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        if let (Expr::Path(function), Some(Expr::Array(array))) = (&*call.func, call.args.first()) {
            let names: Vec<_> = function.path.segments.iter().rev().map(|it| it.ident.to_string()).collect();
            if names.iter().map(String::as_str).take(2).eq(["new", "App"]) {
                self.0.push(array);
            }
        }
        visit::visit_expr_call(self, call);
    }
}

/// Where in the list the system goes, and what is written there: by name when the list is sorted, else at its end.
fn element(text: &str, list: &ExprArray, module: &str) -> (usize, String) {
    let elements: Vec<_> = list.elems.iter().filter_map(first_name).collect();
    let is_sorted = elements.len() == list.elems.len() && elements.is_sorted();
    if let Some(later) = elements.iter().find(|it| is_sorted && it.to_string().as_str() > module) {
        return (offset(text, later.span().start()), format!("{module}::SYSTEM, "));
    }
    let end = text[..offset(text, list.bracket_token.span.close().start())].trim_end().len();
    let comma = if list.elems.is_empty() || list.elems.trailing_punct() { "" } else { "," };
    let space = if list.elems.is_empty() { "" } else { " " };
    (end, format!("{comma}{space}{module}::SYSTEM"))
}

/// The module that an element of the list is of.
fn first_name(element: &Expr) -> Option<&Ident> {
    let Expr::Path(path) = element else { return None };
    path.path.segments.first().map(|segment| &segment.ident)
}

/// The start of the line at which the module goes: by name among the public modules, else after the documentation.
fn module_place(text: &str, file: &syn::File, module: &str) -> usize {
    let is_public = |it: &&ItemMod| it.content.is_none() && matches!(it.vis, Visibility::Public(_));
    let modules = file.items.iter().filter_map(|item| if let Item::Mod(it) = item { Some(it) } else { None });
    let modules: Vec<_> = modules.filter(is_public).collect();
    if let Some(earlier) = modules.iter().rev().find(|it| it.ident.to_string().as_str() < module) {
        return next_line(text, offset(text, earlier.ident.span().end()));
    }
    if let Some(first) = modules.first() {
        return offset(text, LineColumn { column: 0, ..first.mod_token.span.start() });
    }
    let of_file = |line: &&str| line.trim().is_empty() || line.starts_with("//!") || line.starts_with("#![");
    text.split_inclusive('\n').take_while(of_file).map(str::len).sum()
}

fn next_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |end| from + end + 1)
}

/// The byte of a place, whose lines count from 1 and columns in characters from 0.
fn offset(text: &str, place: LineColumn) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
    let within = text[line_start..].char_indices().nth(place.column).map_or(text.len() - line_start, |(at, _)| at);
    line_start + within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(with_system(text, "orders").as_deref(), Ok(expected));
    }

    #[test]
    fn a_system_goes_where_its_name_says() {
        check(
            "//! Systé.\n\npub mod jobs;\npub mod roxs;\n\nfn app() -> App {\n    App::new([jobs::SYSTEM, roxs::SYSTEM])\n}\n",
            "//! Systé.\n\npub mod jobs;\npub mod orders;\npub mod roxs;\n\nfn app() -> App {\n    \
             App::new([jobs::SYSTEM, orders::SYSTEM, roxs::SYSTEM])\n}\n",
        );
    }

    #[test]
    fn a_list_in_another_order_gets_it_at_its_end() {
        check(
            "pub mod roxs;\nmod z;\nfn app() -> App {\n    stackwright::App::new([roxs::SYSTEM, jobs::SYSTEM])\n}\n",
            "pub mod orders;\npub mod roxs;\nmod z;\nfn app() -> App {\n    \
             stackwright::App::new([roxs::SYSTEM, jobs::SYSTEM, orders::SYSTEM])\n}\n",
        );
    }

    #[test]
    fn the_first_system_of_all_is_no_special_case() {
        check(
            "//! A.\n\nfn a() { App::new([]); }\n",
            "//! A.\n\npub mod orders;\n\nfn a() { App::new([orders::SYSTEM]); }\n",
        );
    }

    #[test]
    fn an_app_of_another_form_is_said_to_be_one() {
        let error = with_system("fn a() { App::new(systems()); }", "orders").unwrap_err();
        assert_eq!(error, "expected one `App::new([…])`, found 0");
        assert!(with_system("fn", "orders").unwrap_err().starts_with("it is no Rust"));
    }
}
