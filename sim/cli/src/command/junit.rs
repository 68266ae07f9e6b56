//! Results as JUnit's XML, for servers that show tests.
//!
//! Owns which part of a result is what there. A scenario's folder is its suite, the wall time is the case's time.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use vpyb_sim::report::OutcomeLine;

/// The results of a call, in order.
#[derive(Default)]
pub struct Results {
    cases: Vec<(OutcomeLine, Duration)>,
}

impl Results {
    /// Adds a result, and how long the host took for it.
    pub fn add(&mut self, line: OutcomeLine, took: Duration) {
        self.cases.push((line, took));
    }

    /// Writes them to a file.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write(&self, out: &Path) -> io::Result<()> {
        let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
        for (line, took) in &self.cases {
            let file = line.scenario.split("::").next().unwrap_or_default();
            let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
            let suite = suites.entry(folder).or_insert_with(|| TestSuite::new(folder));
            suite.add_test_case(case(line, *took));
        }
        let mut report = Report::new("vpyb run");
        report.add_test_suites(suites.into_values());
        if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let text = report.to_string().map_err(io::Error::other)?;
        fs::write(out, text)
    }
}

fn case(line: &OutcomeLine, took: Duration) -> TestCase {
    let status = match line.status {
        "passed" => TestCaseStatus::success(),
        status => {
            let kind = if status == "abnormal" { NonSuccessKind::Error } else { NonSuccessKind::Failure };
            let mut bad = TestCaseStatus::non_success(kind);
            let told: Vec<String> = line
                .findings
                .iter()
                .map(|finding| format!("{}: {}", finding.code, finding.message))
                .collect();
            bad.set_type(line.findings.first().map_or(line.verdict.as_str(), |finding| finding.code));
            bad.set_message(told.first().cloned().unwrap_or_default());
            bad.set_description(told.join("\n"));
            bad
        }
    };
    let mut case = TestCase::new(line.scenario.as_str(), status);
    case.set_classname(line.title.as_str());
    case.set_time(took);
    case
}
