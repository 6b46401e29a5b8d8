//! Which of a config's `[target.…]` tables apply to what is built.

use cfg_expr::targets::get_builtin_target_by_triple;
use cfg_expr::{Expression, Predicate};

/// This helper's own target: cargo's default.
pub(super) fn host() -> String {
    let arch = std::env::consts::ARCH;
    let env = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    match std::env::consts::OS {
        "macos" => format!("{arch}-apple-darwin"),
        os => format!("{arch}-unknown-{os}-{env}"),
    }
}

/// Whether a table of this name, a triple or `cfg(…)`, applies to the target. Conditions that a triple does not decide
/// are taken for true.
pub(super) fn is_for(name: &str, target: &str) -> bool {
    match name.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')')) {
        Some(condition) => holds(condition.trim(), target),
        None => name == target,
    }
}

fn holds(condition: &str, target: &str) -> bool {
    let Ok(condition) = Expression::parse(condition) else {
        return true;
    };
    let target = get_builtin_target_by_triple(target);
    condition.eval(|predicate| match predicate {
        Predicate::Target(of_target) => target.is_none_or(|target| of_target.matches(target)),
        _ => true,
    })
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
