//! The interpreter of scripts.
//!
//! Owns the walk through a script and the meaning of the operations that share nothing but UARTs and pins. Nested
//! bodies are awaited in the same task, so nesting itself never yields.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use embedded_hal::digital::{InputPin, OutputPin, StatefulOutputPin};
use litemap::LiteMap;
use vpyb_core::{Board, EventLoop, QueueFull, TaskError, TaskHandle, Uart, asyn};

use super::Notes;
use super::error::{ScriptError, class_of};
use super::members::Members;
use super::objects::{Objects, one};
use super::repr::repr;
use super::word::word_of;
use crate::scenario::model::{ErrorKind, LedTo, Level, Op, Task};

/// All scripts of a scenario, with what they share.
pub struct Scripts<B: Board> {
    pub(super) board: B,
    pub(super) event_loop: EventLoop,
    /// What they share.
    pub objects: Objects<B>,
    pub(super) members: Members,
    scripts: LiteMap<String, Vec<Op>>,
    /// Tasks that were made, by name; `None` for the one that the run's end waits for.
    made: RefCell<LiteMap<String, Option<TaskHandle>>>,
}

pub(super) type Ended = Result<Option<String>, ScriptError>;
pub(super) type Body<'a> = Pin<Box<dyn Future<Output = Result<(), ScriptError>> + 'a>>;

impl<B: Board + Notes> Scripts<B> {
    /// The scripts of `tasks` on a board; none is started.
    pub fn new(board: B, event_loop: EventLoop, objects: Objects<B>, tasks: &[Task]) -> Rc<Self> {
        let scripts = tasks.iter().map(|task| (task.name.clone(), task.script.clone())).collect();
        let members = Members::new(&event_loop);
        Rc::new(Self { board, event_loop, objects, members, scripts, made: RefCell::default() })
    }

    /// Creates the task of this name; `false` if it was made before.
    ///
    /// # Errors
    ///
    /// If the run queue is full.
    pub fn create(self: &Rc<Self>, name: &str) -> Result<bool, QueueFull> {
        if self.made.borrow().contains_key(name) {
            return Ok(false);
        }
        let task =
            self.event_loop.create_task_named(name.to_owned(), self.clone().script(name.to_owned()))?;
        self.made.borrow_mut().insert(name.to_owned(), Some(task));
        Ok(true)
    }

    /// The script that `run_until_complete` is given.
    pub fn main(self: &Rc<Self>, name: &str) -> impl Future<Output = Result<(), TaskError>> + 'static {
        self.made.borrow_mut().insert(name.to_owned(), None);
        self.clone().script(name.to_owned())
    }

    async fn script(self: Rc<Self>, name: String) -> Result<(), TaskError> {
        Ok(self.body(&name, &self.scripts[&name], String::new()).await?)
    }

    pub(super) fn note(&self, at: &str, op: &str, result: Option<&str>) {
        self.board.note(true, at, op, result);
    }

    pub(super) fn body<'a>(self: &'a Rc<Self>, name: &'a str, ops: &'a [Op], path: String) -> Body<'a> {
        Box::pin(async move {
            for (i, op) in ops.iter().enumerate() {
                let at = format!("{path}{i}");
                let result = self.op(name, op, &at).await?;
                self.note(&at, word_of(op), result.as_deref());
            }
            Ok(())
        })
    }

    async fn op(self: &Rc<Self>, name: &str, op: &Op, at: &str) -> Ended {
        let ev = &self.event_loop;
        match op {
            Op::SleepMs(ms) => ev.sleep_ms(*ms).await?,
            Op::Sleep(seconds) => ev.sleep(*seconds).await?,
            Op::Yield => ev.yield_now().await?,
            Op::Delay(ms) => ev.yield_ms(*ms).await?,
            Op::WaitForMs { .. }
            | Op::Try { .. }
            | Op::Finally { .. }
            | Op::Repeat { .. }
            | Op::Forever(_) => {
                return self.block(name, op, at).await;
            }
            Op::AfterMs(ms) => ev.after_ms(*ms).await?,
            Op::After(seconds) => ev.after(*seconds).await?,
            Op::GSleep { seconds, granularity } => asyn::sleep(ev, *seconds, *granularity).await?,
            Op::Readline(_) | Op::Read { .. } | Op::Readexactly { .. } | Op::Awrite { .. } => {
                return self.stream(op).await;
            }
            Op::Locked { .. } | Op::WithLock { .. } | Op::WithSem { .. } | Op::WithBsem { .. } => {
                return self.held(name, op, at).await;
            }
            Op::PinWait { pin, edge } => return self.pin_wait(pin, *edge).await,
            Op::EvWait(_) | Op::Barrier(_) | Op::QPut { .. } | Op::QGet(_) => return self.waits(op).await,
            Op::CondWait(_) | Op::CondWaitFor { .. } | Op::CondNotify { .. } | Op::CondNotifyAll(_) => {
                return self.condition(op, at).await;
            }
            Op::Gather(_) | Op::CancelNamed { .. } | Op::CancelGroup { .. } => {
                return self.together(name, op, at).await;
            }
            _ => return self.at_once(name, op, at),
        }
        Ok(None)
    }

    /// Operations with a body.
    async fn block(self: &Rc<Self>, name: &str, op: &Op, at: &str) -> Ended {
        match op {
            Op::WaitForMs { limit, body } => {
                self.note(at, word_of(op), Some("begin"));
                let waited =
                    self.event_loop.wait_for_ms(self.body(name, body, format!("{at}.")), *limit).await;
                match waited {
                    Ok(()) => Ok(Some("ok".into())),
                    Err(error) if error.is_a(ErrorKind::TimeoutError) && error.class() == "TimeoutError" => {
                        Ok(Some("TimeoutError".into()))
                    }
                    Err(error) => Err(error),
                }
            }
            Op::Try { body, handlers } => {
                let Err(error) = self.body(name, body, format!("{at}.")).await else { return Ok(None) };
                let Some((_, handler)) = handlers.iter().find(|(kind, _)| error.is_a(*kind)) else {
                    return Err(error);
                };
                self.note(at, "caught", Some(error.class()));
                self.body(name, handler, format!("{at}!")).await?;
                Ok(None)
            }
            Op::Finally { body, then } => {
                let ended = self.body(name, body, format!("{at}.")).await;
                self.note(at, "finally", None);
                self.body(name, then, format!("{at}!")).await?;
                ended.map(|()| None)
            }
            Op::Repeat { times, body } => {
                for turn in 0..*times {
                    self.turn(name, body, at, turn.into()).await?;
                }
                Ok(None)
            }
            Op::Forever(body) => {
                for turn in 0.. {
                    self.turn(name, body, at, turn).await?;
                }
                unreachable!("a script outlives no 2^64 turns")
            }
            _ => unreachable!("{} has no body", word_of(op)),
        }
    }

    /// One turn of a repeated body. A turn without operations still pays for a call into the board, so that an
    /// empty loop is found to hang.
    async fn turn(self: &Rc<Self>, name: &str, body: &[Op], at: &str, turn: u64) -> Result<(), ScriptError> {
        if body.is_empty() {
            self.board.ticks_us();
        }
        self.body(name, body, format!("{at}[{turn}].")).await
    }

    async fn stream(&self, op: &Op) -> Ended {
        let stream = |uart: &str| one(&self.objects.uarts, uart);
        match op {
            Op::Readline(uart) => Ok(Some(repr(&stream(uart).reader.readline().await?))),
            Op::Read { uart, n } => Ok(Some(repr(&stream(uart).reader.read(*n).await?))),
            Op::Readexactly { uart, n } => Ok(Some(repr(&stream(uart).reader.readexactly(*n).await?))),
            Op::Awrite { uart, data } => {
                stream(uart).writer.awrite(data).await?;
                Ok(None)
            }
            _ => unreachable!("{} is no stream operation", word_of(op)),
        }
    }

    /// Operations that do not await.
    fn at_once(self: &Rc<Self>, name: &str, op: &Op, at: &str) -> Ended {
        let ev = &self.event_loop;
        match op {
            Op::Log(text) => {
                self.board.println(format_args!("{text}"));
                return Ok(Some(text.clone()));
            }
            Op::Time => return Ok(Some(ev.time().to_string())),
            Op::BusyUs(us) => self.board.delay_us(*us),
            Op::Create(task) => return Ok((!self.create(task)?).then(|| "exists".into())),
            Op::Cancel(task) => return Ok(Some(self.cancel(name, task).into())),
            Op::Raise { kind, text } => {
                self.note(at, "raise", Some(class_of(*kind)));
                return Err(ScriptError::Raised { kind: *kind, text: text.clone() });
            }
            Op::CallSoon(text) => ev.call_soon(self.callback(text))?,
            Op::CallLater { after, text } => ev.call_later(*after, self.callback(text))?,
            Op::CallAfterMs { after, text } => ev.call_after_ms(*after, self.callback(text))?,
            Op::Stop => ev.stop()?,
            Op::CallLaterMs { after, text } => ev.call_later_ms(*after, self.callback(text))?,
            Op::Any(uart) => return Ok(Some(self.objects.uarts[uart].uart.any().to_string())),
            Op::SendBreak(uart) => {
                let sent = self.objects.uarts[uart].uart.send_break();
                sent.map_err(|error| hardware(&error.to_string()))?;
            }
            Op::Led { led, to } => self.led(led, *to),
            Op::Pin { pin, to } => {
                let mut pin = self.objects.pins[pin].pin.borrow_mut();
                let set = match to {
                    Level::Low => pin.set_low(),
                    Level::High => pin.set_high(),
                };
                set.map_err(|_| hardware("the pin could not be set"))?;
            }
            Op::PinRead(pin) => {
                let high = self.objects.pins[pin].pin.borrow_mut().is_high();
                let high = high.map_err(|_| hardware("the pin could not be read"))?;
                return Ok(Some(u8::from(high).to_string()));
            }
            Op::OnEdge { .. } | Op::OffEdge(_) | Op::MaskEdge(_) | Op::UnmaskEdge(_) => {
                self.handler_op(op)?;
            }
            Op::OnTimer { timer, every, event } => self.on_timer(timer, *every, event)?,
            Op::OffTimer(timer) => self.board.off_timer(timer),
            Op::I2cWrite { .. } | Op::I2cRead { .. } | Op::I2cScan(_) | Op::I2cRecover(_) | Op::Accel => {
                return self.i2c_op(op);
            }
            Op::Named { .. } | Op::Group { .. } | Op::IsRunning(_) => return self.member_op(op, at),
            _ => return self.shared_at_once(op),
        }
        Ok(None)
    }

    fn cancel(&self, canceller: &str, task: &str) -> &'static str {
        let made = self.made.borrow();
        match made.get(task) {
            None | Some(None) => "absent",
            Some(Some(_)) if task == canceller => "self",
            Some(Some(handle)) if handle.is_finished() => "finished",
            Some(Some(handle)) => match self.event_loop.cancel(handle) {
                Ok(()) => "ok",
                Err(error) => ScriptError::from(error).class(),
            },
        }
    }

    fn callback(self: &Rc<Self>, text: &str) -> impl FnOnce() + 'static {
        let (scripts, text) = (Rc::downgrade(self), text.to_owned());
        move || {
            if let Some(scripts) = scripts.upgrade() {
                scripts.board.println(format_args!("{text}"));
                scripts.board.note(false, "", "callback", Some(&text));
            }
        }
    }

    fn led(&self, name: &str, to: LedTo) {
        let mut leds = self.objects.leds.borrow_mut();
        if !leds.contains_key(name) {
            let led = self.board.led(name).unwrap_or_else(|error| unreachable!("checked names: {error}"));
            leds.insert(name.to_owned(), led);
        }
        let led = leds.get_mut(name).expect("inserted above");
        let switched = match to {
            LedTo::On => led.set_high(),
            LedTo::Off => led.set_low(),
            LedTo::Toggle => led.toggle(),
        };
        switched.unwrap_or_else(|_| unreachable!("an LED of the board cannot fail"));
    }
}

fn hardware(text: &str) -> ScriptError {
    ScriptError::Raised { kind: ErrorKind::Exception, text: text.into() }
}
