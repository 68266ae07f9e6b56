//! What stands on the bench beside the board.
//!
//! Owns [`Part`] and how each of them is set up.

use vpyb_core::time::{Duration, Instant};

use super::{Level, Line, Reply, Row};

/// Something on the bench.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// Somebody at the other end of a UART's wires.
    SerialPeer {
        /// The board's UART it is wired to.
        uart: String,
        /// Its speed in baud.
        baud: u32,
        /// Its frames, and which lines of flow control it is wired to.
        line: Line,
        /// What it answers.
        replies: Vec<Reply>,
    },
    /// Puts bytes into a UART's receive register without a wire.
    UartFeed {
        /// The board's UART.
        uart: String,
    },
    /// A sensor of air on an I2C bus.
    Sensor {
        /// The model.
        kind: String,
        /// The board's I2C unit it is wired to.
        bus: String,
        /// Thousandths of a degree Celsius.
        temperature: i32,
        /// Thousandths of a percent of relative humidity.
        humidity: i32,
        /// What changes by itself from power-on.
        rows: Vec<Row>,
    },
    /// An infrared remote control with its receiver.
    NecRemote {
        /// The board's pin that the receiver drives.
        pin: String,
        /// Each edge comes at most so much early or late.
        jitter: Duration,
    },
    /// The board's accelerometer.
    Mma7660 {
        /// The field it is in at power-on; lying still if not said.
        vector: Option<[i8; 3]>,
        /// What changes by itself from power-on.
        rows: Vec<Row>,
    },
    /// A network with stream sockets.
    Network(Network),
    /// A push button between a pin and a rail.
    Button {
        /// The board's pin.
        pin: String,
        /// What it connects the pin to.
        to: Level,
        /// What its contact does after it was pressed, and after it was let go.
        bounce: Bounce,
    },
    /// Drives a pin as it was told before the run.
    LogicSource {
        /// The board's pin.
        pin: String,
        /// When it drives what, from power-on; `None` lets go.
        edges: Vec<(Instant, Option<Level>)>,
    },
}

/// How the contact of a button bounces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bounce {
    /// It opens and closes at chance instants; the last time so long after the true one.
    Seeded(Duration),
    /// It opens and closes so long after the true instant: an even number of times, in ascending order.
    Listed(Vec<Duration>),
}

/// A network; its defaults are the format's.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    /// How long a message is under way, one way.
    pub latency: Duration,
    /// Bits a second that all messages share; without it, as many as there are.
    pub bandwidth: Option<u32>,
    /// How many messages of 10 000 get lost.
    pub loss: u32,
    /// The names that can be looked up; each is the board itself, under an address of its own.
    pub hosts: Vec<String>,
    /// How long the name server takes, beside the way there and back.
    pub look_up: Duration,
    /// After this a look-up without an answer is given up.
    pub patience: Duration,
    /// Bytes that a socket keeps in each direction.
    pub buffer: usize,
}

/// What the outside does to a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetworkChange {
    /// Nothing gets through, and nobody is told.
    Down,
    /// It is back.
    Up,
    /// All connections are broken off.
    Reset,
}
