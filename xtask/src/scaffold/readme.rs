//! The table of the systems in a README.

/// `text` with a row for the system at the end of the first table whose first column is `System`.
pub(super) fn with_system(text: &str, name: &str, description: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().collect();
    let header = lines.iter().position(|line| {
        let mut cells = line.trim_start_matches('|').split('|').map(str::trim);
        line.starts_with('|') && cells.next().is_some_and(|cell| cell.eq_ignore_ascii_case("system"))
    })?;
    let columns = lines[header].trim().trim_matches('|').split('|').count();
    let end = lines[header..].iter().position(|line| !line.starts_with('|')).map_or(lines.len(), |rows| header + rows);
    let mut cells = vec![format!("`{name}`"), description.to_owned()];
    cells.resize(columns, String::new());
    let row = format!("| {} |", cells.join(" | "));
    let mut lines: Vec<_> = lines.into_iter().map(str::to_owned).collect();
    lines.insert(end, row);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_gets_the_last_row_of_the_table() {
        let text = "# A\n\n| System | What |\n|---|---|\n| `a` | first |\n\nMore.\n";
        let expected = "# A\n\n| System | What |\n|---|---|\n| `a` | first |\n| `b` | second |\n\nMore.\n";
        assert_eq!(with_system(text, "b", "second").as_deref(), Some(expected));
    }

    #[test]
    fn a_readme_without_the_table_stays_as_it_is() {
        assert_eq!(with_system("# A\n\n| When | What |\n|---|---|\n", "b", "second"), None);
    }
}
