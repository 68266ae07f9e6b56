//! What is behind the bus of an MMA7660FC: its registers and its samples.
//!
//! Owns standby and active mode, the rates, the six-bit values with their alert bit, orientation, shaking, and the
//! interrupts of these. Samples are not events: what a register shows is worked out when it is read, so that a board
//! at rest is at rest. Source: MMA7660FC data sheet.
//!
//! Not modelled: taps, auto-wake and auto-sleep (their registers keep what is written), the test mode, and the
//! orientation filter (an orientation counts at once).
//!
//! Where the data sheet is silent: a register is being updated in the 50 us from a sample's instant on; a write to
//! another register than MODE while active is acknowledged and without effect; in standby the outputs stay as they
//! were; an axis points up or sideways from 11 counts (0.5 g) on.

use vpyb_core::time::{Duration, Instant};

/// Acceleration in counts, 21.33 to 1 g: X, Y, Z, each -32 to 31.
pub type Vector = [i8; 3];

/// From supply until it answers, and from active mode to the first sample's period.
const TURN_ON: Duration = Duration::from_millis(12);
/// How long the outputs are being updated.
const UPDATE: Duration = Duration::from_micros(50);
const ALERT: u8 = 1 << 6;
/// Counts of an axis from which it is seen to be up, or sideways.
const UPRIGHT: i8 = 11;
/// Counts of an axis that are a shake: 1.3 g.
const SHAKE: u8 = 28;

const TILT: u8 = 3;
const INTSU: u8 = 6;
const MODE: u8 = 7;
const SR: u8 = 8;

/// MODE: active; the interrupt pin pushes as well as pulls; it is active when high.
const ACTIVE: u8 = 1;
const PUSH_PULL: u8 = 1 << 6;
const ACTIVE_HIGH: u8 = 1 << 7;

/// INTSU: after every sample; at a new PoLa; at a new BaFro. The highest three bits are shakes of X, Y, Z.
const EVERY_SAMPLE: u8 = 1 << 4;
const PORTRAIT: u8 = 1 << 1;
const FRONT: u8 = 1;
/// TILT: it was shaken.
const SHAKEN: u8 = 1 << 7;

/// The registers and what they are made of.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Chip {
    /// Since when it has supply.
    supplied: Option<Instant>,
    registers: [u8; 11],
    /// The instant of the first sample in active mode.
    first_sample: Option<Instant>,
    /// The field, with the instants from which it was so, until the latest sample.
    field: Vec<(Instant, Vector)>,
    /// What the outputs showed in standby.
    shown: Vector,
    /// The orientation of the latest sample that was looked at, and whether it was shaken since TILT was read.
    tilt: u8,
    shaken: bool,
    /// The interrupt output is active until TILT is read.
    pending: bool,
}

impl Chip {
    pub(super) const LAST_REGISTER: u8 = 0x0A;

    /// A chip without supply.
    pub(super) fn new(vector: Vector) -> Self {
        Self {
            supplied: None,
            registers: [0; 11],
            first_sample: None,
            field: vec![(Instant::ZERO, vector)],
            shown: [0; 3],
            tilt: 0,
            shaken: false,
            pending: false,
        }
    }

    pub(super) fn has_supply(&self) -> bool {
        self.supplied.is_some()
    }

    /// Supply comes or goes; all that it knew is lost.
    pub(super) fn supply(&mut self, on: bool, now: Instant) {
        let (_, vector) = self.field[self.field.len() - 1];
        *self = Self { supplied: on.then_some(now), ..Self::new(vector) };
    }

    /// Whether it is awake enough for the bus.
    pub(super) fn answers(&self, now: Instant) -> bool {
        self.supplied.is_some_and(|since| now >= since + TURN_ON)
    }

    /// The field changes.
    pub(super) fn set(&mut self, vector: Vector, now: Instant) {
        self.look(now);
        self.field.push((now, vector));
    }

    // ---- samples -----------------------------------------------------------------------------------

    fn period(&self) -> Duration {
        let rate = [120, 64, 32, 16, 8, 4, 2, 1][usize::from(self.registers[usize::from(SR)] & 7)];
        Duration::from_nanos(1_000_000_000 / rate)
    }

    /// The instant of the latest sample.
    fn latest_sample(&self, now: Instant) -> Option<Instant> {
        let first = self.first_sample.filter(|first| now >= *first)?;
        let period = self.period().as_nanos();
        let samples = (now - first).as_nanos() / period;
        Some(first + Duration::from_nanos(samples * period))
    }

    fn field_at(&self, at: Instant) -> Vector {
        let later = self.field.partition_point(|(from, _)| *from <= at);
        self.field[later.saturating_sub(1)].1
    }

    /// Takes in all samples up to now.
    fn look(&mut self, now: Instant) {
        let Some(latest) = self.latest_sample(now) else { return };
        self.shown = self.field_at(latest);
        self.tilt = orientation(self.shown, self.tilt);
        let later = self.field.partition_point(|(from, _)| *from <= latest);
        // A field that no sample met is never seen.
        self.field.drain(..later.saturating_sub(1));
        let axes = self.shown.iter().zip([0x80, 0x40, 0x20]);
        let interrupts = self.interrupts();
        self.shaken |= axes.into_iter().any(|(v, bit)| interrupts & bit != 0 && v.unsigned_abs() >= SHAKE);
    }

    // ---- interrupts --------------------------------------------------------------------------------

    /// The interrupts that are on, and 0 in standby.
    pub(super) fn interrupts(&self) -> u8 {
        if self.first_sample.is_some() { self.registers[usize::from(INTSU)] } else { 0 }
    }

    /// When the next sample is that may cause an interrupt: each one, or the first that meets a new field.
    pub(super) fn next_interrupt(&self, now: Instant) -> Option<Instant> {
        let interrupts = self.interrupts();
        let latest = self.latest_sample(now);
        let next = match latest {
            Some(latest) => latest + self.period(),
            None => self.first_sample?,
        };
        let unseen = latest.is_none_or(|latest| self.field.iter().any(|(from, _)| *from > latest));
        let wanted = interrupts & EVERY_SAMPLE != 0 || (interrupts != 0 && unseen);
        wanted.then_some(next)
    }

    /// A sample was taken that may cause an interrupt; false if it is another chip's time.
    pub(super) fn sampled(&mut self, now: Instant) -> bool {
        if self.latest_sample(now) != Some(now) {
            return false;
        }
        let (tilt, shaken) = (self.tilt, self.shaken);
        self.look(now);
        let interrupts = self.interrupts();
        let turned = (tilt ^ self.tilt) & 0b1_1100 != 0 && interrupts & PORTRAIT != 0;
        let flipped = (tilt ^ self.tilt) & 0b11 != 0 && interrupts & FRONT != 0;
        self.pending |= interrupts & EVERY_SAMPLE != 0 || turned || flipped || (self.shaken && !shaken);
        true
    }

    /// What the interrupt output pushes to: high, low, or nothing.
    pub(super) fn interrupt_level(&self) -> Option<bool> {
        let mode = self.registers[usize::from(MODE)];
        let high = self.pending == (mode & ACTIVE_HIGH != 0);
        let pushes = mode & PUSH_PULL != 0 || self.pending;
        (self.has_supply() && pushes).then_some(high)
    }

    // ---- registers -----------------------------------------------------------------------------------

    /// What a register shows.
    pub(super) fn read(&mut self, register: u8, now: Instant) -> u8 {
        self.look(now);
        let updating = self.latest_sample(now).is_some_and(|sample| now < sample + UPDATE);
        let alert = if updating { ALERT } else { 0 };
        match register {
            0..=2 => self.shown[usize::from(register)] as u8 & 0x3F | alert,
            TILT => {
                self.pending = false;
                let shaken = std::mem::take(&mut self.shaken);
                self.tilt | alert | if shaken { SHAKEN } else { 0 }
            }
            _ => self.registers[usize::from(register.min(Self::LAST_REGISTER))],
        }
    }

    /// Writes a register.
    pub(super) fn write(&mut self, register: u8, value: u8, now: Instant) {
        self.look(now);
        let standby = self.first_sample.is_none();
        match register {
            MODE => {
                self.registers[usize::from(MODE)] = value;
                let active = value & ACTIVE != 0;
                if standby && active {
                    self.first_sample = Some(now + TURN_ON + self.period());
                } else if !active {
                    self.first_sample = None;
                }
            }
            5..=Self::LAST_REGISTER if standby => self.registers[usize::from(register)] = value,
            // The outputs, TILT and SRST are read only; all else only changes in standby.
            _ => {}
        }
    }
}

/// PoLa and BaFro of a sample, as TILT has them. Between two orientations the former one stays.
fn orientation([x, y, z]: Vector, before: u8) -> u8 {
    let pola = match (x, y) {
        (x, y) if x.unsigned_abs() > y.unsigned_abs() && x <= -UPRIGHT => 1,
        (x, y) if x.unsigned_abs() > y.unsigned_abs() && x >= UPRIGHT => 2,
        (_, y) if y >= UPRIGHT => 5,
        (_, y) if y <= -UPRIGHT => 6,
        _ => before >> 2 & 7,
    };
    let bafro = match z {
        z if z >= UPRIGHT => 1,
        z if z <= -UPRIGHT => 2,
        _ => before & 3,
    };
    pola << 2 | bafro
}
