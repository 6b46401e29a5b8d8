//! Edits of the user's sccache config file: planned as text, then saved without any risk for the old file.

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
mod save;

use std::path::PathBuf;

use toml_edit::{DocumentMut, Item, TableLike, value};

use crate::facts::config_file::{ConfigFile, Content};
use crate::size::Size;
use crate::toml_file::TomlFile;

pub use save::{SaveError, save};

/// The settings to write; the others are not changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// `[cache.disk] size`.
    pub size: Option<Size>,
    /// `[cache.disk.preprocessor_cache_mode] use_preprocessor_cache_mode`.
    pub preprocessor_mode: Option<bool>,
}

/// A planned change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file as sccache finds it.
    pub path: PathBuf,
    /// Its content now; `None` if it does not exist.
    pub before: Option<String>,
    /// Its new content.
    pub after: String,
}

/// Why an edit cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The file cannot be read, and why.
    #[error("{} {}; nothing was changed", .0.display(), .1)]
    Unreadable(PathBuf, String),
    /// The file is not TOML.
    #[error(
        "{} is JSON, and only TOML is edited: set \"cache\": {{\"disk\": {{\"size\": …}}}} in it yourself",
        .0.display()
    )]
    OtherFormat(PathBuf),
    /// The file is not valid TOML: the line and the error.
    #[error("{}:{}: {}; repair the file first, nothing was changed", .0.display(), .1, .2)]
    Broken(PathBuf, usize, String),
    /// A key that must be a table is not: its line and the key.
    #[error("{}:{}: `{}` is not a table; repair the file first, nothing was changed", .0.display(), .1, .2)]
    NoTable(PathBuf, usize, &'static str),
}

/// Plans the edit; `None` if the file has these settings already.
pub fn plan(config: &ConfigFile, wish: Wish) -> Result<Option<Edit>, PlanError> {
    let path = config.path.clone();
    match &config.content {
        Content::Missing => Ok(Some(Edit {
            path,
            before: None,
            after: new_file(wish),
        })),
        Content::Unreadable(why) | Content::Endless(why) | Content::TooLong(why) => {
            Err(PlanError::Unreadable(path, why.clone()))
        }
        Content::OtherFormat => Err(PlanError::OtherFormat(path)),
        Content::Toml(file) => edit(file, wish),
    }
}

/// The size in the file.
pub fn size_in(config: &ConfigFile) -> Option<Size> {
    let size = config.toml()?.get(&["cache", "disk", "size"])?.item;
    size.as_value().and_then(size_of)
}

fn new_file(wish: Wish) -> String {
    let mut text = "# The sccache server reads this file when it starts; SCCACHE_DIR or SCCACHE_CACHE_SIZE in the\n\
         # environment would replace all of [cache.disk].\n\
         [cache.disk]\n"
        .to_owned();
    if let Some(size) = wish.size {
        text += &format!("size = \"{}\"\n", size.to_sccache());
    }
    if let Some(on) = wish.preprocessor_mode {
        text += &format!("\n[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = {on}\n");
    }
    text
}

fn edit(file: &TomlFile, wish: Wish) -> Result<Option<Edit>, PlanError> {
    let document = match &file.parsed {
        Ok(document) => document.clone(),
        Err(error) => return Err(PlanError::Broken(file.path.clone(), error.line, error.message.clone())),
    };
    let before = document.raw().to_owned();
    let after = apply(document.into_mut(), wish).map_err(|key| {
        let line = file
            .get(&key.split('.').collect::<Vec<_>>())
            .map_or(1, |found| found.line);
        PlanError::NoTable(file.path.clone(), line, key)
    })?;
    let after = with_line_ends_of(&before, after);
    Ok((before != after).then(|| Edit {
        path: file.path.clone(),
        before: Some(before),
        after,
    }))
}

/// The document's text with the settings; an error is the key that is not a table.
fn apply(mut document: DocumentMut, wish: Wish) -> Result<String, &'static str> {
    let cache = table_in(document.as_table_mut(), "cache", true).ok_or("cache")?;
    let disk = table_in(cache, "disk", false).ok_or("cache.disk")?;
    if let Some(size) = wish.size {
        let says_so = disk.get("size").and_then(Item::as_value).and_then(size_of) == Some(size);
        if !says_so {
            set(disk, "size", value(size.to_sccache()));
        }
    }
    if let Some(on) = wish.preprocessor_mode {
        let mode = table_in(disk, "preprocessor_cache_mode", false).ok_or("cache.disk.preprocessor_cache_mode")?;
        set(mode, "use_preprocessor_cache_mode", value(on));
    }
    Ok(document.to_string())
}

/// Sets a value and keeps the comments around it.
fn set(table: &mut dyn TableLike, key: &str, mut new: Item) {
    if let (Some(old), Some(new)) = (table.get(key).and_then(Item::as_value), new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    // The comment above a line belongs to the key, which stays.
    match table.get_mut(key) {
        Some(old) => *old = new,
        None => {
            table.insert(key, new);
        }
    }
}

fn size_of(old: &toml_edit::Value) -> Option<Size> {
    let number = old.as_integer().and_then(|size| u64::try_from(size).ok());
    number.map(Size).or_else(|| old.as_str()?.parse().ok())
}

/// The table of that name. A missing one is added as a `[section]`; an `implicit` one has no header of its own.
fn table_in<'a>(parent: &'a mut dyn TableLike, key: &str, implicit: bool) -> Option<&'a mut dyn TableLike> {
    let entry = parent.entry(key).or_insert_with(|| {
        let mut table = toml_edit::Table::new();
        table.set_implicit(implicit);
        Item::Table(table)
    });
    entry.as_table_like_mut()
}

/// toml_edit writes `\n`. Unchanged lines keep their line ends, a new line gets that of the line before, and a byte
/// order mark is kept.
fn with_line_ends_of(before: &str, after: String) -> String {
    const BYTE_ORDER_MARK: char = '\u{feff}';
    let after = if before.contains("\r\n") {
        each_with_its_end(before, &after)
    } else {
        after
    };
    if before.starts_with(BYTE_ORDER_MARK) && !after.starts_with(BYTE_ORDER_MARK) {
        format!("{BYTE_ORDER_MARK}{after}")
    } else {
        after
    }
}

fn each_with_its_end(before: &str, after: &str) -> String {
    const WIDE: &str = "\r\n";
    let narrow = |text: &str| text.replace(WIDE, "\n");
    // A last line without an end gets that of the line before.
    let mut is_wide = before
        .split_inclusive('\n')
        .map(|line| line.ends_with('\n').then(|| line.ends_with(WIDE)));
    let mut end_is_wide = before
        .split_inclusive('\n')
        .next()
        .is_some_and(|line| line.ends_with(WIDE));
    let (old, new) = (narrow(before), narrow(after));
    let mut text = String::new();
    for change in similar::TextDiff::from_lines(&old, &new).iter_all_changes() {
        if change.tag() != similar::ChangeTag::Insert {
            end_is_wide = is_wide.next().flatten().unwrap_or(end_is_wide);
        }
        match change.value().strip_suffix('\n') {
            _ if change.tag() == similar::ChangeTag::Delete => {}
            Some(line) if end_is_wide => text = text + line + WIDE,
            _ => text += change.value(),
        }
    }
    text
}

/// The change as a unified diff.
pub fn diff(edit: &Edit) -> String {
    let name = edit.path.display().to_string();
    let before = edit.before.as_deref();
    similar::TextDiff::from_lines(before.unwrap_or_default(), &edit.after)
        .unified_diff()
        .header(if before.is_some() { &name } else { "/dev/null" }, &name)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: Size = Size(24 << 30);

    fn plan_for(text: &str) -> Result<Option<Edit>, PlanError> {
        let size = Some(SIZE);
        wish_for(
            text,
            Wish {
                size,
                ..Wish::default()
            },
        )
    }

    fn wish_for(text: &str, wish: Wish) -> Result<Option<Edit>, PlanError> {
        let path = PathBuf::from("config");
        plan(
            &ConfigFile {
                path: path.clone(),
                named_by_env: false,
                mode: None,
                true_path: None,
                beside: None,
                content: Content::Toml(Box::new(TomlFile::parse(path, text.to_owned()))),
            },
            wish,
        )
    }

    fn edited(text: &str) -> String {
        plan_for(text).unwrap().unwrap().after
    }

    #[test]
    fn keeps_comments_keys_and_order() {
        let text = "# mine\n[dist]\nscheduler_url = \"x\" # why\n\n[cache.disk] # here\ndir = \"/c\"\nsize = \"10G\" # old\n\n[cache.redis]\nurl = \"r\"\n";
        assert_eq!(edited(text), text.replace("\"10G\"", "\"24G\""));
        let text = "[cache.disk]\n# as large as the disk allows\nsize = \"10G\"\n";
        assert_eq!(edited(text), text.replace("10G", "24G"));
    }

    #[test]
    fn adds_what_is_missing() {
        assert_eq!(edited(""), "[cache.disk]\nsize = \"24G\"\n");
        assert_eq!(
            edited("[cache.disk]\ndir = \"/c\"\n"),
            "[cache.disk]\ndir = \"/c\"\nsize = \"24G\"\n"
        );
        assert_eq!(
            edited("cache = { disk = { dir = \"/c\" } }\n"),
            "cache = { disk = { dir = \"/c\" , size = \"24G\" } }\n"
        );
        assert_eq!(edited("cache.disk.size = 5\n"), "cache.disk.size = \"24G\"\n");
    }

    #[test]
    fn sets_the_preprocessor_mode_alone() {
        let off = |text: &str| {
            let wish = Wish {
                preprocessor_mode: Some(false),
                ..Wish::default()
            };
            wish_for(text, wish).unwrap().unwrap().after
        };
        assert_eq!(
            off("[cache.disk]\nsize = \"5G\"\n"),
            "[cache.disk]\nsize = \"5G\"\n\n[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n"
        );
        let on = "[cache.disk.preprocessor_cache_mode]\nfile_stat_matches = true\nuse_preprocessor_cache_mode = true # why\n";
        assert_eq!(off(on), on.replace("= true # why", "= false # why"));
    }

    #[test]
    fn keeps_line_ends_and_byte_order_mark() {
        assert_eq!(
            edited("[cache.disk]\r\nsize = \"1G\"\r\n"),
            "[cache.disk]\r\nsize = \"24G\"\r\n"
        );
        let text = "[cache.disk]\r\nsize = \"1G\"\r\n[x]\r\na = \"\"\"\r\ntwo\r\nlines\"\"\"\r\n";
        assert_eq!(edited(text), text.replace("1G", "24G"));
        let mixed = "[cache.disk]\r\nsize = \"1G\"\r\n[x]\r\na = \"\"\"\ntwo\nlines\"\"\"\r\n";
        assert_eq!(edited(mixed), mixed.replace("1G", "24G"));
        assert_eq!(
            edited("[cache.disk]\r\ndir = \"/x\""),
            "[cache.disk]\r\ndir = \"/x\"\r\nsize = \"24G\"\r\n"
        );
        let new = "# a\r\n[cache.disk]\r\n# b\n";
        assert_eq!(edited(new), "# a\r\n[cache.disk]\r\nsize = \"24G\"\r\n# b\n");
        assert_eq!(
            edited("\u{feff}[cache.disk]\nsize = \"1G\"\n"),
            "\u{feff}[cache.disk]\nsize = \"24G\"\n"
        );
    }

    #[test]
    fn leaves_a_file_that_says_so_already() {
        for text in [
            "[cache.disk]\nsize = \"24G\"\n",
            "[cache.disk]\nsize = 25769803776\n",
            "[cache.disk]\nsize = \"24576M\"\n",
        ] {
            assert_eq!(plan_for(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_would_spoil() {
        assert!(matches!(plan_for("[cache\n"), Err(PlanError::Broken(_, 1, _))));
        assert_eq!(
            plan_for("\ncache = 3\n"),
            Err(PlanError::NoTable("config".into(), 2, "cache"))
        );
        assert_eq!(
            plan_for("[cache]\ndisk = 3\n"),
            Err(PlanError::NoTable("config".into(), 2, "cache.disk"))
        );
        assert!(matches!(plan_for("[[cache]]\n"), Err(PlanError::NoTable(..))));
    }

    #[test]
    fn shows_the_difference() {
        let edit = plan_for("[cache.disk]\nsize = \"1G\"\n").unwrap().unwrap();
        insta::assert_snapshot!(diff(&edit), @r#"
        --- config
        +++ config
        @@ -1,2 +1,2 @@
         [cache.disk]
        -size = "1G"
        +size = "24G"
        "#);
    }

    proptest! {
        #[test]
        fn an_edit_changes_the_size_alone(
            dir in "[a-z/ ]{0,12}", comment in "[ -~]{0,20}", size in proptest::option::of("[1-9][0-9]{0,3}[KMG]?"), other in proptest::bool::ANY,
        ) {
            let mut text = format!("#{comment}\n[cache.disk]\ndir = \"{dir}\" #{comment}\n");
            if let Some(size) = &size {
                text += &format!("size = \"{size}\" #{comment}\n");
            }
            if other {
                text += "[dist]\nauth = { type = \"token\", token = \"secret\" }\n";
            }
            let after = plan_for(&text).map_err(|e| TestCaseError::fail(e.to_string()))?.map_or(text.clone(), |edit| edit.after);
            let strip = |text: &str| text.lines().filter(|line| !line.starts_with("size")).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(strip(&text), strip(&after));
            let parsed = TomlFile::parse("config".into(), after);
            prop_assert_eq!(parsed.get(&["cache", "disk", "size"]).and_then(|s| s.item.as_str()), Some("24G"));
        }
    }
}
