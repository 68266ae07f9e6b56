//! `vpyb view` in a real terminal: tmux presses the keys and reads the screen.
//!
//! Without tmux the test says that it was skipped; where `CI` is set, that fails.

use std::process::{Command, Output};

use super::{Folder, USAGE};

/// A terminal of its own. Its server is ended with the test.
struct Tmux {
    socket: String,
}

impl Tmux {
    /// `None` if there is no tmux here.
    fn start(folder: &Folder, call: &str) -> Option<Self> {
        let tmux = Self { socket: format!("vpyb-test-{}", std::process::id()) };
        let program = format!("{} {call}", env!("CARGO_BIN_EXE_vpyb"));
        let begun = Command::new("tmux")
            .args([
                "-L",
                &tmux.socket,
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                "100",
                "-y",
                "24",
                &program,
            ])
            .current_dir(&folder.0)
            .output();
        let Ok(begun) = begun else {
            assert!(std::env::var_os("CI").is_none(), "tmux is not installed, and CI is set");
            eprintln!("skipped: tmux is not installed");
            return None;
        };
        assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
        Some(tmux)
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux").args(["-L", &self.socket]).args(arguments).output().expect("tmux")
    }

    fn press(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    /// The screen as soon as it says this.
    fn when(&self, said: &str) -> String {
        for _ in 0..20_000 {
            let screen = String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned();
            if screen.contains(said) {
                return screen;
            }
        }
        let screen = self.tmux(&["capture-pane", "-p"]).stdout;
        panic!("the screen does not come to say `{said}`:\n{}", String::from_utf8_lossy(&screen));
    }
}

impl Tmux {
    /// The screen as soon as it does not say this any more.
    fn when_not(&self, said: &str) -> String {
        for _ in 0..20_000 {
            let screen = String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned();
            if !screen.contains(said) && screen.contains("  screen ") {
                return screen;
            }
        }
        panic!("the screen still says `{said}`");
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn a_run_is_viewed_in_a_terminal() {
    let folder = Folder::new("terminal");
    let Some(tmux) = Tmux::start(&folder, "view late.toml --at 15ms") else { return };
    let screen = tmux.when("? keys  q leave");
    assert!(screen.contains("late.toml  seed 1  0.016 011"), "{screen}");
    assert!(screen.contains("▸hog") && screen.contains("sleeper"), "{screen}");
    assert!(screen.contains('█') && screen.contains('▒'), "{screen}");
    tmux.press(&["/", "prints", "Enter"]);
    let screen = tmux.when("prints \"woke\"");
    assert!(screen.contains("because 0.020 014"), "{screen}");
    tmux.press(&["c"]);
    tmux.when("sleeper step starts, takes 3us, yields return");
    tmux.press(&["Left"]);
    let screen = tmux.when("#85 of");
    // A mark, an instant that is typed, and back to the mark.
    tmux.press(&["m", "a"]);
    tmux.when("mark a is here");
    tmux.press(&["g", "0.030", "Enter"]);
    tmux.when("#107 of");
    tmux.press(&["'", "a"]);
    tmux.when("#85 of");
    // Nearer, then all of it: as much time is on the screen as its first line says.
    let span = |screen: &str| {
        screen.split_once("  screen ").expect("it is said").1.lines().next().unwrap().trim().to_owned()
    };
    let before = span(&screen);
    tmux.press(&["+"]);
    let near = tmux.when_not(&format!("  screen {before}"));
    tmux.press(&["0"]);
    let all = tmux.when_not(&format!("  screen {}", span(&near)));
    assert!(span(&near) != before && span(&all) != span(&near), "{all}");
    // The next of what was sought, and a text that is nowhere.
    tmux.press(&["Home", "n"]);
    tmux.when("prints \"woke\"");
    tmux.press(&["/", "nowhere", "Enter"]);
    tmux.when("`nowhere` is not said after this record");
    tmux.press(&["s"]);
    tmux.when("┌state");
    tmux.press(&["?"]);
    tmux.when("┌keys");
    tmux.press(&["q"]);
    // The program ends, and its terminal with it.
    while tmux.tmux(&["has-session"]).status.success() {}
}

#[test]
fn without_a_terminal_there_is_no_view() {
    let told = Folder::new("no_terminal").vpyb("view late.toml");
    assert_eq!(told.status(), USAGE);
    assert!(told.stderr().contains("`vpyb view` wants a terminal"), "{}", told.stderr());
}
