//! The findings for programs. The schema number is increased with every change that could break a reader.

use serde::Serialize;

use crate::escape;
use crate::finding::Finding;

const SCHEMA: u32 = 2;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    version: &'static str,
    findings: &'a [Finding],
}

/// The findings as one JSON object.
pub fn findings(findings: &[Finding]) -> String {
    let report = Report {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        findings,
    };
    // Plain data with text keys: it cannot fail to serialize.
    escape::json(&serde_json::to_string_pretty(&report).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Fix, Severity};
    use crate::origin::Origin;

    #[test]
    fn schema_2() {
        let finding = Finding {
            id: "cache-size",
            severity: Severity::Warning,
            what: "what".to_owned(),
            places: vec![Origin::File("/c".into(), 3), Origin::Env("X".into())],
            detail: vec!["detail".to_owned()],
            fix: Fix::Run("run this".to_owned()),
        };
        let text = findings(&[finding]).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(text, @r#"
        {
          "schema": 2,
          "version": "VERSION",
          "findings": [
            {
              "id": "cache-size",
              "severity": "warning",
              "what": "what",
              "places": [
                {
                  "file": "/c",
                  "line": 3
                },
                {
                  "variable": "X"
                }
              ],
              "detail": [
                "detail"
              ],
              "fix": {
                "run": "run this"
              }
            }
          ]
        }
        "#);
    }
}
