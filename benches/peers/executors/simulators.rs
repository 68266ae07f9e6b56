//! turmoil and madsim: whole simulators with an executor in them.
//!
//! Each is a program of its own, `benches/simulators`: madsim must be built with a flag of the compiler and takes the place
//! of the system's clock, and turmoil asks for all of tokio's features, which the other cases are not to have. They are
//! built when the first of their cases is made, and asked for one round at a time, so that their rounds lie among the others'.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use crate::harness::Case;

const NAMES: [&str; 2] = ["turmoil", "madsim"];

/// A simulator's program, which runs until it is dropped.
struct Program {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Program {
    fn start(name: &str) -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulators");
        // Where the flags are said, a cargo that is called there finds them.
        let status = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet", "--locked", "--bin", name])
            .current_dir(&folder)
            .status()
            .map_err(|error| error.to_string())?;
        if !status.success() {
            return Err("it cannot be built".into());
        }
        let path = folder.join("../../target/simulators/release").join(name);
        let started = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| error.to_string())?;
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { child, answers })
    }

    /// One round of a work.
    fn round(&mut self, work: &str, tasks: usize, turns: u32) -> Duration {
        let stdin = self.child.stdin.as_mut().expect("it is piped");
        writeln!(stdin, "{work} {tasks} {turns}").expect("the simulator listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the simulator answers");
        Duration::from_nanos(answer.trim().parse().expect("the simulator answers with nanoseconds"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A case of each simulator. One that cannot be built is left out, and that is said.
fn cases(work: &'static str, names: [&'static str; 2], share: fn(usize) -> usize) -> Vec<Case> {
    let mut cases = Vec::new();
    for (simulator, name) in NAMES.into_iter().zip(names) {
        match Program::start(simulator) {
            Ok(program) => {
                let program = Rc::new(RefCell::new(program));
                let round = move |tasks, turns| program.borrow_mut().round(work, tasks, turns);
                let share = if simulator == "turmoil" { share } else { |_| 1 };
                cases.push(Case::peer(name, Box::new(round)).sharing(share));
            }
            Err(problem) => eprintln!("{simulator} is left out: {problem}"),
        }
    }
    cases
}

pub fn turns() -> Vec<Case> {
    cases("turns", ["turmoil, yield_now", "madsim, wake and return"], |_| 1)
}

/// turmoil goes on by a millisecond at a time, whether or not something is due then.
pub fn pauses() -> Vec<Case> {
    cases("pauses", ["turmoil, sleep", "madsim, sleep"], |tasks| if tasks < 100 { 100 } else { 1 })
}

pub fn bytes() -> Vec<Case> {
    cases("bytes", ["turmoil, sleep", "madsim, sleep"], |_| 4)
}
