//! What `check` finds in a sandbox, and whether its commands mend it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{HELPER, Sandbox};

impl Sandbox {
    /// What `check --json` finds.
    pub fn findings(&self) -> Vec<Value> {
        let output = self.helper(&["check", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        report["findings"].as_array().unwrap().clone()
    }

    /// The ids of what is found.
    pub fn ids(&self) -> Vec<String> {
        self.findings()
            .iter()
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The one finding of this id.
    pub fn finding(&self, id: &str) -> Value {
        let findings = self.findings();
        findings
            .iter()
            .find(|finding| finding["id"] == id)
            .unwrap_or_else(|| panic!("no {id} among {findings:#?}"))
            .clone()
    }

    /// Whether a check of this id finds something.
    pub fn finds(&self, id: &str) -> bool {
        self.ids().iter().any(|found| found == id)
    }

    /// Runs the command that the finding of this id prints, as somebody who copies it into a shell with our binary on
    /// PATH, and sees that the finding is gone. What the shell's environment is then stays, so that an `export` counts.
    pub fn mend(&mut self, id: &str) {
        let before = self.findings_of(id);
        let finding = before
            .first()
            .unwrap_or_else(|| panic!("no {id} among {:?}", self.ids()));
        let fix = finding["fix"]["run"].as_str().expect("a command").to_owned();
        let bin = Path::new(HELPER).parent().unwrap();
        let script = format!(
            "PATH=\"$PATH:{}\"\n{fix}\n[ $? = 0 ] || exit 1\nprintf '\\0'; env -0",
            bin.display()
        );
        let output = self.command("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{fix}: {output:?}");
        let at = output.stdout.iter().position(|byte| *byte == 0).unwrap();
        self.vars = output.stdout[at + 1..]
            .split(|byte| *byte == 0)
            .filter_map(|entry| {
                let text = std::str::from_utf8(entry).ok()?;
                let (name, value) = text.split_once('=')?;
                Some((name.into(), value.into()))
            })
            .collect();
        let mut after = self.findings_of(id);
        // A server that was told to end takes up to ten seconds.
        let end = Instant::now() + Duration::from_secs(20);
        while !finding["fix"]["when"].is_null() && after.len() >= before.len() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(100));
            after = self.findings_of(id);
        }
        assert!(after.len() < before.len(), "`{fix}` mends nothing: {after:#?}");
    }

    fn findings_of(&self, id: &str) -> Vec<Value> {
        let mut findings = self.findings();
        findings.retain(|finding| finding["id"] == id);
        findings
    }
}
