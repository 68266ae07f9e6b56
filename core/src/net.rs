//! Stream sockets, as a board hands them out (tutorial section 7.6).
//!
//! Owns the traits [`Network`], [`Listener`] and [`Socket`] and their errors. Knows no protocol and no interface.

use core::fmt;
use core::net::{IpAddr, SocketAddr};

use crate::stream::{Pollable, StreamRead, StreamWrite};

/// Why something on the network failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NetError {
    /// The name server knows no such host.
    UnknownHost,
    /// Nobody answered, however often it was tried.
    TimedOut,
    /// The host answered that nobody listens on the port.
    Refused,
    /// The connection was broken off; what was not read is lost.
    Reset,
    /// Somebody listens on the port already.
    InUse,
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownHost => "there is no such host",
            Self::TimedOut => "nobody answers",
            Self::Refused => "connection refused: nobody listens there",
            Self::Reset => "connection reset",
            Self::InUse => "somebody listens on this port already",
        })
    }
}

impl core::error::Error for NetError {}

impl From<NetError> for crate::TaskError {
    fn from(error: NetError) -> Self {
        Self::failed(error)
    }
}

impl embedded_io::Error for NetError {
    fn kind(&self) -> embedded_io::ErrorKind {
        use embedded_io::ErrorKind;
        match self {
            Self::UnknownHost => ErrorKind::NotFound,
            Self::TimedOut => ErrorKind::TimedOut,
            Self::Refused => ErrorKind::ConnectionRefused,
            Self::Reset => ErrorKind::ConnectionReset,
            Self::InUse => ErrorKind::AddrInUse,
        }
    }
}

/// A network to which the board is attached.
///
/// # For program authors
///
/// [`look_up`](Self::look_up) and [`connect`](Self::connect) keep the CPU for as long as they take, as on the Pyboard: no
/// other task runs, and in an outage that is long. [`begin_connect`](Self::begin_connect) is for those who cannot afford it.
///
/// # For board authors
///
/// A silent outage MUST look like silence: nothing here knows whether the other end is still there.
pub trait Network: Clone + 'static {
    /// One end of a connection.
    type Socket: Socket;
    /// A port on which connections are accepted.
    type Listener: Listener<Socket = Self::Socket>;

    /// The address of a host: `getaddrinfo`. It keeps the CPU until the name server has answered.
    ///
    /// # Errors
    ///
    /// `UnknownHost`, or `TimedOut` if there is no answer.
    fn look_up(&self, host: &str) -> Result<IpAddr, NetError>;

    /// Connects to a port of a host. It keeps the CPU until that is done.
    ///
    /// # Errors
    ///
    /// `Refused`, or `TimedOut` if there is no answer.
    fn connect(&self, to: SocketAddr) -> Result<Self::Socket, NetError>;

    /// Begins to connect and returns at once. The socket can be written when it is connected; it can be read and written,
    /// and both fail, when that was in vain.
    fn begin_connect(&self, to: SocketAddr) -> Self::Socket;

    /// Accepts connections on a port from now on.
    ///
    /// # Errors
    ///
    /// `InUse`.
    fn listen(&self, port: u16) -> Result<Self::Listener, NetError>;
}

/// A port on which connections are accepted: readable when somebody waits to be accepted. Dropped, nobody listens any more.
pub trait Listener: Pollable + 'static {
    /// One end of a connection.
    type Socket: Socket;

    /// The connection that waits for the longest; `None` if none does.
    fn accept(&self) -> Option<Self::Socket>;
}

/// One end of a connection.
///
/// # For program authors
///
/// There are two ways to use it, and the tutorial's section 7.6 compares them.
///
/// - As a stream: [`StreamReader`](crate::StreamReader) and [`StreamWriter`](crate::StreamWriter) await it. An error ends
///   the stream; [`error`](Self::error) says which it was. Where there is silence they wait for ever.
/// - By its own `read` and `write` of `embedded-io`. They keep the CPU until there is a byte, or room for one; a task asks
///   `read_ready` or `write_ready` first, and sleeps in between. They take and give *a part*: as much as there is, or as
///   fits.
///
/// Closed, or dropped, it still sends what was written. The event loop may keep a stream that it was asked about: close one
/// with [`aclose`](crate::StreamReader::aclose).
///
/// # For board authors
///
/// - It MUST be readable also at the end of the stream and after an error, and writable after an error, so that who waits
///   learns of it.
/// - `read` of a stream MUST give `Some(0)` at its end and after an error, and its `write` MUST then take everything.
pub trait Socket:
    StreamRead
    + StreamWrite
    + embedded_io::Read<Error = NetError>
    + embedded_io::ReadReady
    + embedded_io::Write
    + embedded_io::WriteReady
    + 'static
{
    /// Why it failed, if it has.
    fn error(&self) -> Option<NetError>;
}
