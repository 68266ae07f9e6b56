//! Tutorial section 5.2.2: time-outs.

use std::rc::Rc;

use vpyb_core::asyn;
use vpyb_core::official::Lock;
use vpyb_core::stream::StreamReader;
use vpyb_core::{Board, Interrupt, TaskError, Top, UartConfig};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, is_cancelled, is_timed_out, program};
use super::tut5::AnyLock;
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("tut_5_2_1_cancel_io", cancel_io),
    Case::probe("tut_5_2_2_waitfor_caller", |top| forever(top, false)),
    Case::probe("tut_5_2_2_waitfor_trap", |top| forever(top, true)),
    Case::probe("tut_5_2_2_waitfor_sleep", long_sleep),
    Case::probe("tut_5_2_2_waitfor_bare", |top| misc(top, "bare")),
    Case::probe("tut_5_2_2_waitfor_fits", |top| misc(top, "fits")),
    Case::probe("tut_5_2_2_waitfor_lock_asyn", |top| misc(top, "lock_asyn")),
    Case::probe("tut_5_2_2_waitfor_lock_official", |top| misc(top, "lock_official")),
    Case::probe("tut_5_2_2_waitfor_nested_inner", |top| misc(top, "nested_inner")),
    Case::probe("tut_5_2_2_waitfor_nested_outer", |top| misc(top, "nested_outer")),
    Case::probe("tut_5_2_2_waitfor_seq", |top| misc(top, "seq")),
    Case::probe("tut_5_2_2_waitfor_short", |top| misc(top, "short")),
    Case::probe("tut_5_2_2_waitfor_stale", |top| misc(top, "stale")),
    Case::probe("tut_5_2_2_waitfor_tie", |top| misc(top, "tie")),
    Case::probe("tut_5_2_2_waitfor_twice", |top| misc(top, "twice")),
    Case::probe("tut_5_2_2_waitfor_zero", |top| misc(top, "zero")),
];

fn cancel_io(top: Top<TestBoard>) -> Program {
    async fn reader(env: Env, text: &'static str) -> Ended {
        let sr = StreamReader::new(&env.ev, Rc::new(env.board.uart("uart1", UartConfig::baud(9600))?));
        match sr.readline().await {
            Ok(r) => say!(env, "{text} read {} {}", bytes(&r), env.time()),
            Err(Interrupt::TimedOut) => say!(env, "{text} timed out {}", env.time()),
            Err(Interrupt::Cancelled) => say!(env, "{text} cancelled {}", env.time()),
            Err(with) => return Err(with.into()),
        }
        Ok(())
    }
    async fn background(env: Env) -> Ended {
        loop {
            env.ev.sleep_ms(300).await?;
        }
    }
    async fn run(env: Env) -> Ended {
        env.create(background(env.clone()));
        let c = env.ev.create_task(reader(env.clone(), "A"))?;
        env.ev.sleep_ms(1000).await?;
        env.ev.cancel(&c)?;
        say!(env, "cancel issued {}", env.time());
        env.ev.sleep(0.0).await?;
        say!(env, "after sleep(0) {}", env.time());
        env.ev.sleep_ms(1000).await?;
        env.ev.wait_for(reader(env.clone(), "B"), 1.0).await?;
        say!(env, "B over {}", env.time());
        env.ev.sleep_ms(3000).await?;
        env.create(reader(env.clone(), "C"));
        Ok(env.ev.sleep_ms(3000).await?)
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

fn forever(top: Top<TestBoard>, traps: bool) -> Program {
    async fn forever(env: &Env, traps: bool) -> Ended {
        say!(env, "Starting");
        loop {
            match env.ev.sleep_ms(300).await {
                Err(Interrupt::TimedOut) if traps => {
                    say!(env, "Got timeout");
                    return Ok(());
                }
                other => other?,
            }
            say!(env, "Got here");
        }
    }
    async fn run(env: Env, traps: bool) -> Ended {
        match env.ev.wait_for(forever(&env, traps), 5.0).await {
            ended if !traps && is_timed_out(&ended) => say!(env, "Timeout elapsed."),
            other => other?,
        }
        Ok(env.ev.sleep(2.0).await?)
    }
    program(top, move |main| async move { Ok(main.run(run(main.env(), traps)).await?) })
}

fn long_sleep(top: Top<TestBoard>) -> Program {
    async fn slow(env: &Env) -> Result<&'static str, TaskError> {
        say!(env, "slow starts {}", env.time());
        match env.ev.sleep(7.0).await {
            Ok(()) => say!(env, "slow ends {}", env.time()),
            Err(Interrupt::TimedOut) => {
                say!(env, "slow timeout {}", env.time());
                return Ok("timed out");
            }
            Err(with) => return Err(with.into()),
        }
        Ok("ok")
    }
    async fn run(env: Env) -> Ended {
        let r = env.ev.wait_for(slow(&env), 2.0).await?;
        say!(env, "result {r} {}", env.time());
        let r = env.ev.wait_for_ms(slow(&env), 9000).await?;
        say!(env, "result {r} {}", env.time());
        env.ev.sleep(5.0).await?;
        say!(env, "end {}", env.time());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env())).await?) })
}

async fn slow(env: &Env, text: &str, n: u32, ms: i32) -> Result<String, TaskError> {
    for _ in 0..n {
        env.ev.sleep_ms(ms).await?;
    }
    say!(env, "{text} finished {}", env.time());
    Ok(text.into())
}

async fn t(env: &Env, text: &str, task: impl Future<Output = Result<String, TaskError>>, ms: i32) -> Ended {
    say!(env, "start {text} {}", env.time());
    match env.ev.wait_for_ms(task, ms).await {
        Ok(r) => say!(env, "{text} result {r} {}", env.time()),
        Err(TaskError::Interrupted(Interrupt::TimedOut)) => {
            say!(env, "{text} TimeoutError () {}", env.time())
        }
        Err(TaskError::Failed(error)) => say!(env, "{text} ValueError ('{error}',) {}", env.time()),
        Err(other) => return Err(other),
    }
    Ok(())
}

async fn stale(env: Env) -> Ended {
    let bad = async {
        env.ev.sleep_ms(50).await?;
        Err(TaskError::failed("bad"))
    };
    t(&env, "raises", bad, 400).await?;
    match env.ev.sleep_ms(1000).await.map_err(TaskError::from) {
        Ok(()) => say!(env, "stale: slept {}", env.time()),
        ended if is_timed_out(&ended) => say!(env, "stale: got TimeoutError {}", env.time()),
        ended if is_cancelled(&ended) => say!(env, "stale: got CancelledError {}", env.time()),
        other => other?,
    }
    Ok(())
}

async fn holder(env: Env, lock: AnyLock) -> Ended {
    lock.acquire().await?;
    env.ev.sleep_ms(500).await?;
    lock.release()?;
    say!(env, "holder released {}", env.time());
    Ok(())
}

async fn want(env: &Env, lock: &AnyLock) -> Result<String, TaskError> {
    lock.acquire().await?;
    say!(env, "want acquired {}", env.time());
    lock.release()?;
    Ok("got lock".into())
}

async fn case(env: Env, which: &'static str) -> Ended {
    let (e, ev) = (&env, &env.ev);
    match which {
        "fits" => t(e, "fits", slow(e, "a", 3, 20), 100).await,
        "tie" => t(e, "tie", slow(e, "b", 1, 100), 100).await,
        "short" => t(e, "short", slow(e, "c", 5, 40), 100).await,
        "zero" => t(e, "zero", slow(e, "d", 1, 50), 0).await,
        "nested_inner" => t(e, "nested inner", ev.wait_for_ms(slow(e, "e", 10, 30), 70), 200).await,
        "nested_outer" => t(e, "nested outer", ev.wait_for_ms(slow(e, "f", 10, 30), 200), 70).await,
        "bare" => {
            let bare = async {
                ev.sleep_ms(300).await?;
                Ok("None".into())
            };
            t(e, "bare sleep_ms", bare, 100).await
        }
        "stale" => {
            env.create(stale(env.clone()));
            Ok(())
        }
        "twice" => {
            t(e, "first", slow(e, "g", 1, 500), 50).await?;
            ev.sleep_ms(20).await?;
            say!(env, "short sleep over {}", env.time());
            t(e, "second", slow(e, "h", 1, 30), 100).await
        }
        "seq" => {
            for i in 0..4 {
                let (text, inner) = (format!("seq{i}"), format!("i{i}"));
                t(e, &text, slow(e, &inner, 1, 70), 50 + 10 * i).await?;
            }
            Ok(())
        }
        _ => {
            let lock = match which {
                "lock_official" => AnyLock::Official(Rc::new(Lock::new(ev))),
                _ => AnyLock::Asyn(Rc::new(asyn::Lock::new(ev, 0))),
            };
            env.create(holder(env.clone(), lock.clone()));
            ev.sleep_ms(20).await?;
            t(e, "lock wait", want(e, &lock), 100).await
        }
    }
}

fn misc(top: Top<TestBoard>, which: &'static str) -> Program {
    async fn run(env: Env, which: &'static str) -> Ended {
        env.create(case(env.clone(), which));
        env.ev.sleep_ms(2500).await?;
        say!(env, "end {}", env.time());
        Ok(())
    }
    program(top, move |main| async move { Ok(main.run(run(main.env(), which)).await?) })
}
