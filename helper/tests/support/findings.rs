//! What `check` finds in a sandbox, and whether the commands that it prints fix it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{HELPER, Sandbox};
use crate::checks::fixes;

impl Sandbox {
    /// The findings of `check --json`.
    pub(crate) fn findings(&self) -> Vec<Value> {
        let output = self.helper(&["check", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let findings = report["findings"].as_array().unwrap();
        findings.iter().for_each(fixes::assert_command_is_tested);
        findings.clone()
    }

    /// The ids of the findings.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.findings()
            .iter()
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The first finding of this id.
    pub(crate) fn finding(&self, id: &str) -> Value {
        let findings = self.findings();
        findings
            .iter()
            .find(|finding| finding["id"] == id)
            .unwrap_or_else(|| panic!("no {id} among {findings:#?}"))
            .clone()
    }

    /// Whether there is a finding of this id.
    pub(crate) fn finds(&self, id: &str) -> bool {
        self.ids().iter().any(|found| found == id)
    }

    /// Runs the command that the finding of this id prints, as a user who copies it into a shell with the helper on
    /// PATH, and asserts that the finding is gone. Variables that the command sets stay set.
    pub(crate) fn fix(&mut self, id: &str) {
        let before = self.findings_of(id);
        let finding = before
            .first()
            .unwrap_or_else(|| panic!("no {id} among {:?}", self.ids()));
        let fix = finding["fix"]["run"].as_str().expect("a command").to_owned();
        self.run_in_shell(&fix);
        let mut after = self.findings_of(id);
        // A server takes up to ten seconds to stop.
        let end = Instant::now() + Duration::from_secs(20);
        while !finding["fix"]["when"].is_null() && after.len() >= before.len() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(100));
            after = self.findings_of(id);
        }
        assert!(after.len() < before.len(), "`{fix}` fixes nothing: {after:#?}");
    }

    /// Runs a command that must succeed, and takes over the variables that it leaves.
    fn run_in_shell(&mut self, command: &str) {
        let bin = Path::new(HELPER).parent().unwrap();
        let script = format!(
            "PATH=\"$PATH:{}\"\n{command}\n[ $? = 0 ] || exit 1\nprintf '\\0'; env -0",
            bin.display()
        );
        let output = self.command("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        let at = output.stdout.iter().position(|byte| *byte == 0).unwrap();
        let entries = output.stdout[at + 1..].split(|byte| *byte == 0);
        let vars = entries.filter_map(|entry| {
            let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            Some((name.into(), value.into()))
        });
        self.set_all(vars.collect());
    }

    fn findings_of(&self, id: &str) -> Vec<Value> {
        let mut findings = self.findings();
        findings.retain(|finding| finding["id"] == id);
        findings
    }
}
