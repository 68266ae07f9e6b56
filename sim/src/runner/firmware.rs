//! The firmware of a scenario: its program, or its scripts as one.
//!
//! Owns how both are put together with the board. Drives nothing.

use std::cell::RefCell;
use std::rc::Rc;

use vpyb_core::{ArgValue, Args, Config, Discipline, EventLoop, Firmware, Overrides, Setup, TaskError, Top};

use super::program::{Around, Main, Program, boxed};
use crate::board::{Machine, Recorder, VirtualBoard, VirtualClock};
use crate::scenario::model::{Action, Actor, Arg, Phase, Scenario};
use crate::script::{Objects, Scripts};
use crate::trace::Kind;

/// The firmware, and what its program wants around each step.
pub(super) fn firmware(
    scenario: &Scenario,
    programs: &[Program],
    machine: &Rc<RefCell<Machine>>,
    recorder: &Rc<Recorder>,
) -> (Firmware, Option<Around>) {
    let board = VirtualBoard::new(machine.clone());
    let scripts: Rc<RefCell<Option<Prepared>>> = Rc::default();
    let setup = Setup {
        clock: Rc::new(VirtualClock::new(machine.clone())),
        observer: Some(recorder.clone()),
        overrides: Overrides {
            discipline: Discipline::from_name(&scenario.cpu.scheduler),
            runq_len: scenario.cpu.runq_len,
            waitq_len: scenario.cpu.waitq_len,
            ioq_len: scenario.cpu.ioq_len,
            lp_len: scenario.cpu.lp_len,
            max_overdue_ms: scenario.cpu.max_overdue_ms,
        },
        started: Some(start_scripts(scenario, machine, recorder, scripts.clone())),
    };
    let program = scenario.program.as_ref().map(|chosen| {
        let program = programs.iter().find(|known| known.name == chosen.name).expect("checked names");
        let mut args = Args::defaults(program.args);
        for (name, value) in &chosen.args {
            let set = args.set(name, arg_value(value));
            set.unwrap_or_else(|error| panic!("checked arguments: {error}"));
        }
        (program, args)
    });
    let around = program.as_ref().and_then(|(program, _)| program.around);
    let (main, phases) = (scenario.run.main.clone(), scenario.phases.clone());
    let program = program.map(|(program, args)| (program.main, args));
    let firmware = Firmware::new(setup, board, move |top| match program {
        Some((program, args)) => program(top, args),
        None => scripted_main(top, main, phases, scripts),
    });
    (firmware, around)
}

fn arg_value(value: &Arg) -> ArgValue {
    match value {
        Arg::Text(text) => ArgValue::Text(text.clone()),
        Arg::Int(int) => ArgValue::Int(*int),
    }
}

/// The scripts, or why they could not be started.
type Prepared = Result<Rc<Scripts<VirtualBoard>>, TaskError>;

/// Makes the scripted tasks as soon as there is an event loop, in file order.
fn start_scripts(
    scenario: &Scenario,
    machine: &Rc<RefCell<Machine>>,
    recorder: &Rc<Recorder>,
    prepared: Rc<RefCell<Option<Prepared>>>,
) -> Box<dyn FnOnce(&EventLoop)> {
    let (objects, tasks) = (scenario.objects.clone(), scenario.tasks.clone());
    let main = scenario.run.main.clone();
    let cancels = |actor: &Actor| actor.steps.iter().any(|step| matches!(step.action, Action::Cancel(_)));
    let cancels = scenario.actors.iter().any(cancels);
    let (machine, recorder) = (machine.clone(), recorder.clone());
    Box::new(move |event_loop| {
        if let Discipline::FastIo { ioq_len: len @ 1.., .. } = event_loop.config().discipline {
            let len = u16::try_from(len).unwrap_or(u16::MAX);
            machine.borrow_mut().world.bench.record(Kind::IoQueue { len });
        }
        let board = VirtualBoard::new(machine.clone());
        let start = || -> Prepared {
            let opened = Objects::open(&board, event_loop, &objects)?;
            let scripts = Scripts::new(board, event_loop.clone(), opened, &tasks);
            for task in tasks.iter().filter(|task| task.start && Some(&task.name) != main.as_ref()) {
                scripts.create(&task.name)?;
            }
            if cancels {
                event_loop.create_task(outside(event_loop.clone(), machine, recorder))?;
            }
            Ok(scripts)
        };
        *prepared.borrow_mut() = Some(start());
    })
}

/// Cancels the tasks that the outside wants to be cancelled: only a task can, and only scenarios that need it have it.
async fn outside(
    event_loop: EventLoop,
    machine: Rc<RefCell<Machine>>,
    recorder: Rc<Recorder>,
) -> Result<(), TaskError> {
    let asked = machine.borrow().cancels.flag.clone();
    loop {
        event_loop.interruptible_named("the outside", asked.wait()).await?;
        let names = machine.borrow_mut().cancels.take();
        for id in names.iter().flat_map(|name| recorder.tasks_named(name)) {
            if let Some(task) = event_loop.task(id) {
                // One that has not begun, or is interrupted already, refuses: the record says that it was asked.
                let _ = event_loop.cancel(&task);
            }
        }
    }
}

/// The top level of a scenario without a program.
fn scripted_main(
    top: Top<VirtualBoard>,
    main: Option<String>,
    phases: Vec<Phase>,
    prepared: Rc<RefCell<Option<Prepared>>>,
) -> Main {
    boxed(async move {
        top.event_loop(Config::default());
        let scripts = prepared.borrow_mut().take().expect("the loop exists")?;
        if !phases.is_empty() {
            return scripts.run_phases(&top, phases).await;
        }
        match main {
            Some(name) => top.run_until_complete(scripts.main(&name)).named(name).await?,
            None => top.run_forever().await?,
        }
        Ok(())
    })
}
