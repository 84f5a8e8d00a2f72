//! Manifests, changed line by line, so that comments and order stay.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

/// A manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    text: String,
    document: Document<String>,
}

/// An entry of a table: its key, and its lines with the last line's end.
type Entry = (String, Range<usize>);

impl Manifest {
    /// # Errors
    /// When it is no TOML.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document = text.parse::<Document<String>>().or_else(|_| Document::parse(text.to_owned()));
        let document = document.map_err(|error| error.to_string().trim_end().to_owned())?;
        Ok(Self { text: text.to_owned(), document })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What is at `path`.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Item> {
        path.iter().try_fold(self.document.as_item(), |item, name| item.get(name))
    }

    /// The text at `path`.
    pub(super) fn get_str(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// The keys of the table at `path`.
    pub(super) fn keys(&self, path: &[&str]) -> Vec<&str> {
        let table = self.get(path).and_then(Item::as_table_like);
        table.into_iter().flat_map(TableLike::iter).map(|(key, _)| key).collect()
    }

    /// The texts of the list at `path`.
    pub(super) fn list(&self, path: &[&str]) -> Vec<&str> {
        let list = self.get(path).and_then(Item::as_array);
        list.into_iter().flatten().filter_map(|it| it.as_str()).collect()
    }

    /// Writes `line` into the table at `path`: by its key among the `siblings`, or after all that is there.
    ///
    /// # Errors
    /// When the table is written in a form that lines cannot be added to.
    pub(super) fn insert(&mut self, path: &[&str], key: &str, line: &str, siblings: &[String]) -> Result<(), String> {
        let entries = self.entries(path);
        let among: Vec<_> = entries.iter().filter(|(key, _)| siblings.contains(key)).collect();
        let earlier = among.iter().rev().find(|(other, _)| other.as_str() < key);
        let header = format!("[{}]", path.join("."));
        let after_header = || {
            let mut at = 0;
            self.text.split_inclusive('\n').find_map(|line| {
                at += line.len();
                (line.trim() == header).then_some(at)
            })
        };
        let place = match (earlier, among.first(), entries.last()) {
            (Some((_, lines)), _, _) | (None, None, Some((_, lines))) => Some(lines.end),
            (None, Some((_, lines)), _) => Some(lines.start),
            (None, None, None) => after_header(),
        };
        let mut text = self.text.clone();
        match place {
            Some(place) => {
                let newline = if text[..place].ends_with('\n') || place == 0 { "" } else { "\n" };
                text.insert_str(place, &format!("{newline}{line}\n"));
            }
            None if self.get(path).is_none() => text.extend(["\n", &header, "\n", line, "\n"]),
            None => return Err(format!("`{header}` cannot be added to")),
        }
        self.set(&text, || format!("`{line}` cannot be added to `{header}`"))
    }

    /// Writes `value` into the list of texts at `path`: by name among those of the same folder, else at its end.
    ///
    /// # Errors
    /// When there is no such list.
    pub(super) fn insert_member(&mut self, path: &[&str], value: &str) -> Result<(), String> {
        let missing = || format!("`{}` is no list", path.join("."));
        let list = self.get(path).and_then(Item::as_array).ok_or_else(missing)?;
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let members: Vec<_> = list.iter().filter_map(|it| Some((it.as_str()?, it.span()?))).collect();
        let siblings = || members.iter().filter(|(it, _)| folder(it) == folder(value));
        let earlier =
            siblings().rfind(|(it, _)| *it < value).or_else(|| members.last().filter(|_| siblings().count() == 0));
        let (at, insertion) = match (earlier, siblings().next()) {
            (Some((_, span)), _) => (span.end, format!(",{}\"{value}\"", self.space_before(span.start))),
            (None, Some((_, span))) => (span.start, format!("\"{value}\",{}", self.space_before(span.start))),
            (None, None) => (list.span().ok_or_else(missing)?.start + 1, format!("\"{value}\"")),
        };
        let mut text = self.text.clone();
        text.insert_str(at, &insertion);
        self.set(&text, || format!("`{value}` cannot be added to `{}`", path.join(".")))
    }

    /// What stands between the members of a list: a space, or the end of a line and what the next one is indented by.
    fn space_before(&self, at: usize) -> String {
        let before = &self.text[..at];
        let space = &before[before.trim_end().len()..];
        if space.is_empty() { " ".to_owned() } else { space.to_owned() }
    }

    fn set(&mut self, text: &str, problem: impl Fn() -> String) -> Result<(), String> {
        *self = Self::parse(text).map_err(|_| problem())?;
        Ok(())
    }

    fn entries(&self, path: &[&str]) -> Vec<Entry> {
        let Some(table) = self.get(path).and_then(Item::as_table_like) else { return Vec::new() };
        let mut entries: Vec<_> = table
            .iter()
            .filter_map(|(key, item)| {
                let start = table.key(key)?.span()?.start;
                let end = end(item).unwrap_or(start);
                let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
                let line_end = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1);
                Some((key.to_owned(), line_start..line_end))
            })
            .collect();
        entries.sort_by_key(|(_, lines)| lines.start);
        entries
    }
}

/// Where an entry ends: of `name.workspace = true`, which is a table, where its value does.
fn end(item: &Item) -> Option<usize> {
    match item {
        Item::Table(table) => table.iter().filter_map(|(_, item)| end(item)).max(),
        _ => item.span().map(|span| span.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# top\n[workspace]\nmembers = [\"a\", \"handlers/b\", \"handlers/d\", \"stacks\"] # all\n\n\
                        [workspace.dependencies]\nserde = \"1\"\n\n# ours\nb = { path = \"handlers/b\" }\n\
                        d = { path = \"handlers/d\" } # d\n\n[dependencies]\nserde.workspace = true\nd.workspace = true\n";

    fn changed(change: impl FnOnce(&mut Manifest) -> Result<(), String>) -> String {
        let mut manifest = Manifest::parse(TEXT).unwrap();
        change(&mut manifest).unwrap();
        let added: Vec<_> = manifest.text().lines().filter(|line| !TEXT.lines().any(|old| old == *line)).collect();
        let before = manifest.text().lines().take_while(|line| !added.contains(line)).last().unwrap_or_default();
        format!("{before}|{}", added.join("|"))
    }

    #[test]
    fn an_entry_goes_among_its_siblings() {
        let siblings = ["b".to_owned(), "d".to_owned()];
        let insert = |key: &str, path: &[&str]| changed(|it| it.insert(path, key, &format!("{key} = 0"), &siblings));
        let path = ["workspace", "dependencies"];
        assert_eq!(insert("c", &path), "b = { path = \"handlers/b\" }|c = 0");
        assert_eq!(insert("a", &path), "# ours|a = 0");
        assert_eq!(insert("e", &path), "d = { path = \"handlers/d\" } # d|e = 0");
        assert_eq!(insert("e", &["dependencies"]), "d.workspace = true|e = 0");
        assert_eq!(insert("c", &["dependencies"]), "serde.workspace = true|c = 0");
        assert_eq!(insert("c", &["dev-dependencies"]), "|[dev-dependencies]|c = 0");
    }

    #[test]
    fn a_member_goes_among_those_of_its_folder() {
        let insert = |value: &str| changed(|it| it.insert_member(&["workspace", "members"], value));
        let members = |inner: &str| format!("[workspace]|members = [{inner}] # all");
        assert_eq!(insert("handlers/c"), members(r#""a", "handlers/b", "handlers/c", "handlers/d", "stacks""#));
        assert_eq!(insert("handlers/a"), members(r#""a", "handlers/a", "handlers/b", "handlers/d", "stacks""#));
        assert_eq!(insert("handlers/z"), members(r#""a", "handlers/b", "handlers/d", "handlers/z", "stacks""#));
        assert_eq!(insert("other/z"), members(r#""a", "handlers/b", "handlers/d", "stacks", "other/z""#));
    }

    #[test]
    fn members_on_lines_of_their_own_stay_so() {
        let mut manifest = Manifest::parse("[workspace]\nmembers = [\n    \"a\",\n    \"c\",\n]\n").unwrap();
        manifest.insert_member(&["workspace", "members"], "b").unwrap();
        assert_eq!(manifest.text(), "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n    \"c\",\n]\n");
    }
}
