//! What operations are called in scenario files.
//!
//! Owns [`word_of`], which notes and messages use.

use crate::scenario::model::Op;

/// The word of an operation in a scenario file.
pub(super) fn word_of(op: &Op) -> &'static str {
    match op {
        Op::Log(_) => "log",
        Op::Time => "time",
        Op::SleepMs(_) => "sleep_ms",
        Op::Sleep(_) => "sleep",
        Op::Yield => "yield",
        Op::Delay(_) => "delay",
        Op::BusyUs(_) => "busy_us",
        Op::Create(_) => "create",
        Op::Cancel(_) => "cancel",
        Op::WaitForMs { .. } => "wait_for_ms",
        Op::Try { .. } => "try",
        Op::Finally { .. } => "finally",
        Op::Raise { .. } => "raise",
        Op::Repeat { .. } => "repeat",
        Op::Forever(_) => "forever",
        Op::CallSoon(_) => "call_soon",
        Op::CallLater { .. } => "call_later",
        Op::CallLaterMs { .. } => "call_later_ms",
        Op::Any(_) => "any",
        Op::Readline(_) => "readline",
        Op::Read { .. } => "read",
        Op::Awrite { .. } => "awrite",
        Op::SendBreak(_) => "send_break",
        Op::Led { .. } => "led",
        Op::Pin { .. } | Op::PinRead(_) => "pin",
        Op::PinWait { .. } => "pin_wait",
        Op::OnEdge { .. } => "on_edge",
        Op::OffEdge(_) => "off_edge",
        Op::MaskEdge(_) => "mask_edge",
        Op::UnmaskEdge(_) => "unmask_edge",
        Op::OnTimer { .. } => "on_timer",
        Op::OffTimer(_) => "off_timer",
        Op::I2cWrite { .. } => "i2c_write",
        Op::I2cRead { .. } => "i2c_read",
        Op::I2cScan(_) => "i2c_scan",
        Op::I2cRecover(_) => "i2c_recover",
        Op::Accel => "accel",
        Op::AfterMs(_) => "after_ms",
        Op::After(_) => "after",
        Op::CallAfterMs { .. } => "call_after_ms",
        Op::GSleep { .. } => "gsleep",
        Op::Stop => "stop",
        Op::Readexactly { .. } => "readexactly",
        sharing => word_of_sharing(sharing),
    }
}

/// The same of operations on what tasks share.
fn word_of_sharing(op: &Op) -> &'static str {
    match op {
        Op::Locked { .. } => "locked",
        Op::WithLock { .. } => "with_lock",
        Op::WithSem { .. } => "with_sem",
        Op::WithBsem { .. } => "with_bsem",
        Op::BsemRelease(_) => "bsem_release",
        Op::EvSet { .. } => "ev_set",
        Op::EvClear(_) => "ev_clear",
        Op::EvWait(_) => "ev_wait",
        Op::CallSet { .. } => "call_set",
        Op::Barrier(_) => "barrier",
        Op::BarrierTrigger(_) => "barrier_trigger",
        Op::BarrierBusy(_) => "barrier_busy",
        Op::QPut { .. } => "q_put",
        Op::QGet(_) => "q_get",
        Op::QPutNowait { .. } => "q_put_nowait",
        Op::QGetNowait(_) => "q_get_nowait",
        Op::CondWait(_) => "cond_wait",
        Op::CondWaitFor { .. } => "cond_wait_for",
        Op::CondNotify { .. } => "cond_notify",
        Op::CondNotifyAll(_) => "cond_notify_all",
        Op::Gather(_) => "gather",
        Op::Named { .. } => "named",
        Op::Group { .. } => "group",
        Op::CancelNamed { .. } => "cancel_named",
        Op::CancelGroup { .. } => "cancel_group",
        Op::IsRunning(_) => "is_running",
        _ => unreachable!("it shares nothing"),
    }
}
