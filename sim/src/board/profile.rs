//! Cost profiles: what the CPU's work costs in virtual time.
//!
//! Owns the prices. A profile prices primitive actions; a scenario may set single prices. Which figures a
//! profile was fitted on, and which it predicts, stands beside each price.

use vpyb_core::time::Duration;

use crate::trace::record::Yielded;

/// The prices of primitive actions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The name in scenario files and traces.
    pub name: &'static str,
    /// One step that ends in a bare yield, or ends its task.
    pub step: Duration,
    /// What a step costs more that ends in a delay.
    pub delay: Duration,
    /// One callback.
    pub callback: Duration,
    /// The end of one pass: the poll, and looking at the wait queue.
    pub pass: Duration,
    /// A poll before a step, with an I/O queue.
    pub poll: Duration,
    /// Asking one device.
    pub io_poll: Duration,
    /// From an interrupt request to the end of its handler.
    pub isr: Duration,
    /// From an interrupt request to the beginning of its handler, if it is a pin's or a timer's; at most `isr`.
    pub irq_latency: Duration,
    /// One call into the board.
    pub access: Duration,
}

impl Profile {
    /// MicroPython 1.11 on a Pyboard v1.1.
    ///
    /// Fitted on three published figures: 156 µs per step with 100 tasks and 235 µs with three (both bare
    /// yields) give `step` and `pass`; 364 µs per `sleep_ms(0)` with three tasks gives `delay`. The other
    /// prices are estimates. A pass does six things beside its steps: it reads the clock, looks at the wait queue, counts the
    /// run queue, finds out how long to wait, polls, and looks at the I/O queue. `poll` is one of them.
    pub const MICROPYTHON: Self = Self {
        name: "micropython-pyboard-v1.1",
        step: Duration::from_nanos(153_500),
        delay: Duration::from_micros(129),
        callback: Duration::from_micros(110),
        pass: Duration::from_micros(245),
        poll: Duration::from_nanos(245_000 / 6),
        io_poll: Duration::from_micros(10),
        isr: Duration::from_micros(2),
        irq_latency: Duration::from_micros(1),
        access: Duration::from_micros(3),
    };

    /// Nothing costs anything but calls into the board, so that a driver's own busy wait lets time pass.
    pub const IDEAL: Self = Self {
        name: "ideal",
        step: Duration::ZERO,
        delay: Duration::ZERO,
        callback: Duration::ZERO,
        pass: Duration::ZERO,
        poll: Duration::ZERO,
        io_poll: Duration::ZERO,
        isr: Duration::ZERO,
        irq_latency: Duration::ZERO,
        access: Duration::from_micros(1),
    };

    /// Only steps and callbacks cost, as in the recorded runs of the original; a scenario sets how much.
    pub const RECORDED: Self = Self { name: "recorded", access: Duration::ZERO, ..Self::IDEAL };

    /// This core on an STM32F405 at 168 MHz.
    ///
    /// Each price is a number of instructions, counted on the chip's emulator, as `benches/peers/chip/figures.txt` has it;
    /// `instructions` below says how long they take. `isr` includes the 24 cycles of an exception's entry and exit.
    /// `irq_latency` is an estimate, half of that.
    pub const STM32F405: Self = Self {
        name: "rust-stm32f405",
        step: instructions(96),
        delay: instructions(642),
        callback: instructions(892),
        pass: instructions(52),
        poll: instructions(386),
        io_poll: instructions(52),
        isr: instructions(130),
        irq_latency: instructions(65),
        access: instructions(54),
    };

    /// All that are built.
    pub const ALL: &[Self] = &[Self::MICROPYTHON, Self::STM32F405, Self::IDEAL, Self::RECORDED];

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name == name)
    }

    /// The price of a step that ended so, by its task's own price if it has one.
    pub fn price_of_step(&self, own: Option<Duration>, yielded: Yielded) -> Duration {
        let step = own.unwrap_or(self.step);
        match yielded {
            Yielded::Delay(_) | Yielded::SleepMs(_) | Yielded::AfterMs(_) | Yielded::After(_) => {
                step + self.delay
            }
            _ => step,
        }
    }
}

/// How long an STM32F405 at 168 MHz takes for so many instructions, at one and a half cycles each.
///
/// That is an assumption: most of the core's instructions take one cycle, a load or a taken branch two or three, and
/// flash at this clock has five wait states that the accelerator mostly hides.
const fn instructions(count: u64) -> Duration {
    Duration::from_nanos(count * 1500 / 168)
}
