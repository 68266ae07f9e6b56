//! `vpyb check --explain`: what a scenario says, with all that it leaves to defaults.
//!
//! Owns the list of what a file can leave unsaid, taken from its lowered form.

use vpyb_core::{ArgDefault, time::Instant};
use vpyb_sim::board::Profile;
use vpyb_sim::runner::Program;
use vpyb_sim::scenario::model::{
    Action, Arg, Bounce, Cpu, Level, LockObject, Network, Objects, Part, Pattern, PinMode, Pull, Run,
    Scenario,
};
use vpyb_sim::scenario::{Item, Unsaid};

/// What a scenario leaves unsaid, each value under its path.
pub fn unsaid(scenario: &Scenario, programs: &[Program]) -> Vec<Unsaid> {
    let mut list = List(Vec::new());
    list.add("board.model", scenario.board.model.as_str());
    cpu(&mut list, &scenario.cpu);
    for (name, one) in &scenario.parts {
        part(&mut list, name, one);
    }
    if let Some(chosen) = &scenario.program {
        let specs = programs.iter().find(|program| program.name == chosen.name).map(|program| program.args);
        for spec in specs.unwrap_or_default() {
            let value = match (chosen.args.get(spec.name), &spec.default) {
                (Some(Arg::Text(text)), _) => Item::from(text.as_str()),
                (Some(Arg::Int(number)), _) => Item::from(*number),
                (None, ArgDefault::Text(text)) => Item::from(*text),
                (None, ArgDefault::Int(number)) => Item::from(*number),
            };
            list.add(&format!("program.args.{}", spec.name), value);
        }
    }
    objects(&mut list, &scenario.objects);
    run(&mut list, &scenario.run);
    // A task that has a place in the list has these, whatever the place.
    for n in 0..scenario.tasks.len() {
        list.add(&format!("task.{n}.count"), 1);
        list.add(&format!("task.{n}.start"), true);
    }
    let (stimuli, actors): (Vec<_>, Vec<_>) =
        scenario.actors.iter().partition(|actor| actor.name.starts_with("stimulus#"));
    for (n, actor) in actors.iter().enumerate() {
        for (at, step) in actor.steps.iter().enumerate() {
            action(&mut list, &format!("actor.{n}.steps.{at}"), &step.action);
        }
    }
    for (n, stimulus) in stimuli.iter().enumerate() {
        stimulus.steps.iter().for_each(|step| action(&mut list, &format!("stimulus.{n}"), &step.action));
    }
    for (n, expect) in scenario.expects.iter().enumerate() {
        match &expect.pattern {
            Pattern::Existence { count, .. } => list.add(&format!("expect.{n}.count"), count.text.as_str()),
            Pattern::Pulse { level, .. } => list.add(&format!("expect.{n}.level"), level_word(*level)),
            _ => {}
        }
    }
    list.0
}

/// A serial line if nothing is said.
fn frame() -> [(&'static str, Item); 4] {
    [("bits", 8.into()), ("parity", "none".into()), ("stop", 1.into()), ("flow", "none".into())]
}

/// What is not said.
struct List(Vec<Unsaid>);

impl List {
    fn add(&mut self, path: &str, value: impl Into<Item>) {
        self.add_by(path, value, "");
    }

    fn add_by(&mut self, path: &str, value: impl Into<Item>, by: &'static str) {
        let path = path.split('.').map(str::to_owned).collect();
        self.0.push(Unsaid { path, value: value.into(), by });
    }
}

fn cpu(list: &mut List, cpu: &Cpu) {
    list.add("cpu.scheduler", cpu.scheduler.as_str());
    list.add("cpu.profile", cpu.profile.as_str());
    let profile = Profile::from_name(&cpu.profile).expect("checked names");
    for (key, price) in [
        ("step", profile.step),
        ("callback", profile.callback),
        ("io_poll", profile.io_poll),
        ("isr", profile.isr),
        ("irq_latency", profile.irq_latency),
        ("access", profile.access),
    ] {
        list.add_by(&format!("cpu.{key}"), price, "the profile's");
    }
}

fn run(list: &mut List, run: &Run) {
    list.add("run.start", run.start);
    if let Some(limit) = run.limit {
        list.add("run.limit", limit.since(Instant::ZERO));
    }
    list.add("run.max_step", run.max_step);
    list.add("run.livelock_after", run.livelock_after);
    if run.seeds.is_none() {
        list.add("run.seed", run.seed as i64);
    }
    list.add("run.allow", Vec::<Item>::new());
}

fn part(list: &mut List, name: &str, part: &Part) {
    let mut add = |key: &str, value: Item| list.add(&format!("parts.{name}.{key}"), value);
    let thousandths = |value: i32| Item::from(f64::from(value) / 1000.0);
    match part {
        Part::SerialPeer { baud, .. } => {
            add("baud", i64::from(*baud).into());
            frame().into_iter().for_each(|(key, value)| add(key, value));
        }
        Part::Sensor { temperature, humidity, .. } => {
            add("temperature", thousandths(*temperature));
            add("humidity", thousandths(*humidity));
        }
        Part::NecRemote { jitter, .. } => add("jitter", (*jitter).into()),
        Part::Network(network) => {
            let Network { latency, look_up, patience, buffer, loss, hosts, .. } = network;
            add("latency", (*latency).into());
            add("loss", format!("{}%", f64::from(*loss) / 100.0).into());
            add("hosts", hosts.clone().into());
            add("look_up", (*look_up).into());
            add("patience", (*patience).into());
            add("buffer", (*buffer as i64).into());
        }
        Part::Button { pin, to, bounce } => {
            add("pin", pin.as_str().into());
            add("to", if *to == Level::Low { "gnd" } else { "3v3" }.into());
            add(
                "bounce",
                match bounce {
                    Bounce::Seeded(span) => (*span).into(),
                    Bounce::Listed(spans) if spans.is_empty() => "off".into(),
                    Bounce::Listed(spans) => spans.clone().into(),
                },
            );
        }
        Part::UartFeed { .. } | Part::Mma7660 { .. } | Part::LogicSource { .. } => {}
    }
}

fn objects(list: &mut List, objects: &Objects) {
    let mut add = |kind: &str, name: &str, key: &str, value: Item| {
        list.add(&format!("objects.{kind}.{name}.{key}"), value);
    };
    for (name, lock) in &objects.locks {
        match lock {
            LockObject::Official => add("locks", name, "style", "official".into()),
            LockObject::Polled { every_ms } => add("locks", name, "every_ms", (*every_ms).into()),
        }
    }
    for (name, every_ms) in &objects.events {
        add("events", name, "every_ms", (*every_ms).into());
    }
    for (name, semaphore) in &objects.semaphores {
        add("semaphores", name, "value", i64::from(semaphore.value).into());
        add("semaphores", name, "bounded", semaphore.bounded.into());
    }
    for (name, max) in &objects.queues {
        add("queues", name, "max", (*max as i64).into());
    }
    for (name, uart) in &objects.uarts {
        add("uarts", name, "baud", i64::from(uart.baud).into());
        frame().into_iter().for_each(|(key, value)| add("uarts", name, key, value));
    }
    for (name, pin) in &objects.pins {
        let (mode, pull) = match pin.mode {
            PinMode::Output => ("output", None),
            PinMode::Input(pull) => ("input", Some(pull)),
            PinMode::OpenDrain(pull) => ("open-drain", Some(pull)),
        };
        add("pins", name, "mode", mode.into());
        if let Some(pull) = pull {
            let word = match pull {
                Pull::None => "none",
                Pull::Up => "up",
                Pull::Down => "down",
            };
            add("pins", name, "pull", word.into());
        }
    }
}

fn action(list: &mut List, path: &str, action: &Action) {
    match action {
        Action::Send { times, baud, .. } => {
            list.add(&format!("{path}.send.times"), i64::from(*times));
            list.add(&format!("{path}.send.baud"), i64::from(*baud));
        }
        Action::Await { within, .. } => list.add(&format!("{path}.within"), *within),
        _ => {}
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::High => "high",
    }
}
