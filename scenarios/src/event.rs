//! An event that one task sets and others wait for (tutorial section 3.2).
//!
//! # Wiring
//!
//! None; for part `interrupt` somebody pulls X1 low.
//!
//! # What you should see
//!
//! Part `cleared`: every 300 ms a value is set, received, and cleared by its only receiver. One that is
//! still set would be found so, and looked at again a second later.
//!
//! Part `acknowledged`: every 100 ms three receivers get the value; each acknowledges, and the event is cleared when
//! all have.
//!
//! Part `latency`: the value is the time at which the event was set, so that its receiver knows how late it is. It
//! says so for an event that is set while nobody computes, and for one that is set by a task that goes on to compute
//! for 25 ms.
//!
//! Part `interrupt`: an interrupt handler sets the event at each falling edge of X1, and `serviced` follows.
//!
//! # How it works
//!
//! Waiting is asking again at each turn: an event of the `asyn` library keeps the run queue busy while somebody waits.

use alloc::rc::Rc;
use alloc::vec::Vec;

use vpyb_core::asyn::Event;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, Edge, Gpio, PinMode, Pull, TaskError, Top, ticks};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "part",
    default: ArgDefault::Text("cleared"),
    help: "`cleared`, `acknowledged`, `latency` or `interrupt`",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "waiter", "setter", "receiver", "service"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    match args.text("part") {
        "cleared" => cleared(main).await,
        "acknowledged" => Ok(main.run(acknowledged::run(main.env())).await?),
        "latency" => latency(main).await,
        "interrupt" => interrupt(main).await,
        other => Err(no_part(other, &["cleared", "acknowledged", "latency", "interrupt"])),
    }
}

async fn cleared<B: Board>(main: Main<B>) -> Ended {
    let event = Rc::new(Event::new(&main.ev, 0));
    main.ev.create_task(waiter(main.env(), event.clone()))?;
    main.ev.create_task(setter(main.env(), event))?;
    Ok(main.run_for_ms(1500).await?)
}

async fn waiter<B: Board>(env: Env<B>, event: Rc<Event<i32>>) -> Ended {
    for _ in 0..3 {
        event.wait().await?;
        say!(env, "got {} {}", event.value().unwrap_or(-1), env.time());
        event.clear();
    }
    Ok(())
}

async fn setter<B: Board>(env: Env<B>, event: Rc<Event<i32>>) -> Ended {
    for n in 0..3 {
        env.ev.sleep_ms(300).await?;
        while event.is_set() {
            env.ev.sleep(1.0).await?;
        }
        event.set(n);
        say!(env, "set {n} {}", env.time());
    }
    Ok(())
}

mod acknowledged {
    use super::{Board, Ended, Env, Event, Rc, Vec};

    async fn waiter<B: Board>(env: Env<B>, n: usize, event: Rc<Event<i32>>, ack: Rc<Event>) -> Ended {
        for _ in 0..3 {
            event.wait().await?;
            say!(env, "waiter {n} {} {}", event.value().unwrap_or(-1), env.time());
            ack.set(());
            while event.is_set() {
                env.ev.sleep_ms(0).await?;
            }
        }
        Ok(())
    }

    pub async fn run<B: Board>(env: Env<B>) -> Ended {
        let event = Rc::new(Event::new(&env.ev, 0));
        let acks: Vec<_> = (0..3).map(|_| Rc::new(Event::new(&env.ev, 0))).collect();
        for (n, ack) in acks.iter().enumerate() {
            env.ev.create_task(waiter(env.clone(), n, event.clone(), ack.clone()))?;
        }
        for round in 0..3 {
            env.ev.sleep_ms(100).await?;
            event.set(round);
            for ack in &acks {
                ack.wait().await?;
                ack.clear();
            }
            event.clear();
            say!(env, "round {round} acknowledged {}", env.time());
        }
        Ok(())
    }
}

async fn latency<B: Board>(main: Main<B>) -> Ended {
    let event = Rc::new(Event::new(&main.ev, 0));
    main.ev.create_task(receiver(main.env(), event.clone()))?;
    let env = main.env();
    let setter = async move {
        for busy_us in [0, 25_000] {
            env.ev.sleep_ms(100).await?;
            event.set(env.board.ticks_us());
            env.board.delay_us(busy_us);
        }
        Ok(env.ev.sleep_ms(100).await?)
    };
    Ok(main.run(setter).await?)
}

async fn receiver<B: Board>(env: Env<B>, event: Rc<Event<u32>>) -> Ended {
    loop {
        event.wait().await?;
        let set = event.value().unwrap_or(0);
        say!(env, "the event was set {} us ago", ticks::ticks_diff(env.board.ticks_us(), set));
        event.clear();
    }
}

async fn interrupt<B: Board>(main: Main<B>) -> Ended {
    let event = Rc::new(Event::new(&main.ev, 0).named("edge"));
    let setter = event.setter();
    let mut pin = main.board.pin("X1", PinMode::Input(Pull::Up))?;
    pin.on_edge(Edge::Falling, move |irq, _| setter.set_from(irq))?;
    main.ev.create_task(service(main.env(), event))?;
    Ok(main.run_for_ms(1000).await?)
}

async fn service<B: Board>(env: Env<B>, event: Rc<Event>) -> Ended {
    loop {
        event.wait().await?;
        event.clear();
        say!(env, "serviced");
    }
}
