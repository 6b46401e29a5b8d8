//! Which of a config's `[target.…]` tables are for what is built here.

/// This helper's own target: what cargo builds for, where nobody names another.
pub(super) fn host() -> String {
    let arch = std::env::consts::ARCH;
    let env = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    match std::env::consts::OS {
        "macos" => format!("{arch}-apple-darwin"),
        os => format!("{arch}-unknown-{os}-{env}"),
    }
}

/// Whether a table of this name, a triple or `cfg(…)`, is for that target. What cannot be told by a triple may be.
pub(super) fn is_for(name: &str, target: &str) -> bool {
    match name.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')')) {
        Some(condition) => holds(condition.trim(), target),
        None => name == target,
    }
}

fn holds(condition: &str, target: &str) -> bool {
    if let Some((operator, arguments)) = call(condition) {
        let mut arguments = arguments.into_iter().map(|argument| holds(argument, target));
        return match operator {
            "all" => arguments.all(|holds| holds),
            "any" => arguments.any(|holds| holds),
            "not" => !arguments.next().unwrap_or(false),
            _ => true,
        };
    }
    match condition.split_once('=') {
        Some((key, value)) => has(target, key.trim(), value.trim().trim_matches('"')),
        None => match condition {
            "unix" | "windows" => has(target, "target_family", condition),
            "true" => true,
            "false" => false,
            _ => true,
        },
    }
}

/// `all(a, any(b, c))`: the word before the bracket, and what stands between its commas.
fn call(condition: &str) -> Option<(&str, Vec<&str>)> {
    let (operator, rest) = condition.strip_suffix(')')?.split_once('(')?;
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0u32, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(rest[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(rest[start..].trim());
    arguments.retain(|argument| !argument.is_empty());
    Some((operator.trim(), arguments))
}

fn has(target: &str, key: &str, value: &str) -> bool {
    let mut parts = target.split('-');
    let arch = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let names = |part: &str| rest.iter().any(|other| other.starts_with(part));
    let is_windows = names("windows");
    let is_wasm = arch.starts_with("wasm");
    match key {
        "target_arch" => arch_of(arch) == value,
        "target_vendor" => rest.first() == Some(&value),
        "target_os" => match value {
            "macos" => names("darwin"),
            os => names(os) && !(os == "linux" && names("android")),
        },
        "target_env" => value.is_empty() || names(value),
        "target_family" => match value {
            "windows" => is_windows,
            "wasm" => is_wasm,
            "unix" => !is_windows && !is_wasm && !names("none") && !names("uefi"),
            _ => false,
        },
        _ => true,
    }
}

/// A triple's first word as rustc's `target_arch` has it.
fn arch_of(word: &str) -> &str {
    match word {
        "i386" | "i586" | "i686" => "x86",
        "riscv64gc" => "riscv64",
        word if word.starts_with("armv") || word.starts_with("thumb") => "arm",
        word if word.starts_with("riscv32") => "riscv32",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINUX: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn tables_for_a_target() {
        for (name, target, is_its) in [
            (LINUX, LINUX, true),
            ("x86_64-unknown-linux-musl", LINUX, false),
            ("cfg(unix)", LINUX, true),
            ("cfg(windows)", LINUX, false),
            ("cfg(windows)", "x86_64-pc-windows-msvc", true),
            ("cfg(target_os = \"linux\")", LINUX, true),
            ("cfg(target_os=\"macos\")", "aarch64-apple-darwin", true),
            ("cfg(target_os = \"linux\")", "aarch64-linux-android", false),
            ("cfg(all(target_arch = \"x86_64\", target_env = \"gnu\"))", LINUX, true),
            ("cfg(all(unix, not(target_os = \"linux\")))", LINUX, false),
            (
                "cfg(any(windows, all(unix, target_arch = \"x86\")))",
                "i686-unknown-linux-gnu",
                true,
            ),
            ("cfg(target_family = \"wasm\")", "wasm32-unknown-unknown", true),
            ("cfg(unix)", "thumbv7em-none-eabihf", false),
            ("cfg(target_feature = \"avx2\")", LINUX, true),
            ("cfg(all())", LINUX, true),
        ] {
            assert_eq!(is_for(name, target), is_its, "{name} for {target}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(name: String, target: String) {
            let _ = is_for(&name, &target);
            let _ = is_for(&format!("cfg({name})"), &target);
        }
    }
}
