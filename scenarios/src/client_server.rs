//! A client and a server of the network, and two ways to use a socket (tutorial section 7.6).
//!
//! # Wiring
//!
//! A network on which the host `server` is this board itself. LED1 is the heartbeat.
//!
//! # What you should see
//!
//! LED1 toggles every 500 ms. The server awaits connections; every two seconds the client sends `["value", 0]`, then
//! `["value", 1]`, and so on, gets each back and prints `Received`. While the network is down:
//!
//! - style `blocking`: the client hears nothing and waits, for ever if need be. When a connection is reset it prints
//!   `Server disconnect.` and is over.
//! - style `nonblocking`: after `timeout_ms` of silence it says so, closes its socket and connects anew.
//!
//! # How it works
//!
//! By default a socket blocks; the stream mechanism asks it for the task, so that others run. Silence looks like a server
//! that thinks: a stream waits. The second way asks the socket itself, takes the part that is there, sleeps, and looks at the
//! clock. In both, looking up a name keeps the CPU: the heartbeat shows for how long. Connecting keeps it in the first
//! style only.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::net::SocketAddr;

use embedded_io::{Read, ReadReady, Write, WriteReady};
use vpyb_core::net::{Listener, NetError, Network};
use vpyb_core::stream::{Pollable, Readiness};
use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, Interrupt, StreamReader, StreamWriter, TaskError, Top, ticks,
};

use crate::env::{Ended, Env, Main};
use crate::heartbeat::heartbeat;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "style", default: ArgDefault::Text("blocking"), help: "`blocking` or `nonblocking`" },
    ArgSpec { name: "host", default: ArgDefault::Text("server"), help: "the name that the client looks up" },
    ArgSpec { name: "timeout_ms", default: ArgDefault::Int(3_000), help: "how long silence is borne" },
    ArgSpec { name: "client_after_ms", default: ArgDefault::Int(100), help: "when the client begins" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["heartbeat", "userver", "run_client", "uclient"];

const PORT: u16 = 8123;
/// How often the server looks whether somebody wants to connect.
const ACCEPT_MS: i32 = 200;
/// How long a task sleeps before it asks its socket again.
const POLL_MS: i32 = 5;
/// The pause between two values, and before the client connects anew.
const PERIOD_MS: i32 = 2_000;
const RETRY_MS: i32 = 1_000;

type Socket<B> = <<B as Board>::Network as Network>::Socket;

/// The firmware's top level.
///
/// # Errors
///
/// If there is no such style, the board has no network, or a queue is full.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let server = Server { host: args.text("host").into(), network: main.board.network()? };
    main.ev.create_task(heartbeat(main.env(), 500))?;
    main.ev.create_task(userver(main.env(), server.network.clone()))?;
    let wait = args.int("client_after_ms") as i32;
    match args.text("style") {
        "blocking" => main.ev.create_task_named("uclient", blocking(main.env(), server, wait))?,
        "nonblocking" => {
            let timeout = args.int("timeout_ms") as i32;
            main.ev.create_task_named("uclient", nonblocking(main.env(), server, wait, timeout))?
        }
        other => return Err(crate::env::no_part(other, &["blocking", "nonblocking"])),
    };
    Ok(main.run_forever().await?)
}

// ---- the server ------------------------------------------------------------------------------------

async fn userver<B: Board>(env: Env<B>, network: B::Network) -> Ended {
    let listener = network.listen(PORT)?;
    say!(env, "Awaiting connection on port {PORT}");
    let mut clients = 0;
    loop {
        // The original asks with a time-out of 1 ms, which keeps the CPU.
        if listener.poll(Readiness::READ).is_empty() {
            env.board.delay_us(1_000);
        }
        if let Some(socket) = listener.accept() {
            clients += 1;
            say!(env, "Got connection from client {clients}");
            env.ev.create_task(run_client(env.clone(), Rc::new(socket), clients))?;
        }
        env.ev.sleep_ms(ACCEPT_MS).await?;
    }
}

/// Gives one client its lines back.
async fn run_client<B: Board>(env: Env<B>, socket: Rc<Socket<B>>, client: u32) -> Ended {
    let reader = StreamReader::new(&env.ev, socket.clone());
    let writer = StreamWriter::new(&env.ev, socket.clone());
    loop {
        let line = reader.readline().await?;
        let Some(text) = line.strip_suffix(b"\n") else { break };
        say!(env, "Received {} from client {client}", String::from_utf8_lossy(text));
        writer.awrite(&line).await?;
    }
    say!(env, "Client {client} disconnect.");
    socket.close();
    Ok(())
}

// ---- the client ------------------------------------------------------------------------------------

struct Server<N> {
    host: String,
    network: N,
}

impl<N: Network> Server<N> {
    /// The server's address. Looking it up keeps the CPU.
    fn address(&self) -> Result<SocketAddr, NetError> {
        Ok(SocketAddr::new(self.network.look_up(&self.host)?, PORT))
    }

    fn connect(&self) -> Result<N::Socket, NetError> {
        self.network.connect(self.address()?)
    }
}

fn message(value: u32) -> String {
    format!("[\"value\", {value}]\n")
}

/// The first style: a socket that is a stream.
async fn blocking<B: Board>(env: Env<B>, server: Server<B::Network>, wait_ms: i32) -> Ended {
    env.ev.sleep_ms(wait_ms).await?;
    let socket = match server.connect() {
        Ok(socket) => Rc::new(socket),
        Err(error) => {
            say!(env, "Cannot connect to {} on port {PORT}: {error}", server.host);
            return Ok(());
        }
    };
    let reader = StreamReader::new(&env.ev, socket.clone());
    let writer = StreamWriter::new(&env.ev, socket.clone());
    for value in 0.. {
        writer.awrite(message(value).as_bytes()).await?;
        let line = reader.readline().await?;
        let Some(text) = line.strip_suffix(b"\n") else { break };
        say!(env, "Received {}", String::from_utf8_lossy(text));
        env.ev.sleep_ms(PERIOD_MS).await?;
    }
    say!(env, "Server disconnect.");
    socket.close();
    Ok(())
}

/// Why the client gives a connection up.
enum Lost {
    Interrupted(Interrupt),
    Failed(NetError),
    Closed,
    Silent,
}

impl From<Interrupt> for Lost {
    fn from(interrupt: Interrupt) -> Self {
        Self::Interrupted(interrupt)
    }
}

impl From<NetError> for Lost {
    fn from(error: NetError) -> Self {
        Self::Failed(error)
    }
}

/// The second style: a socket that is asked, and never waited for longer than is borne. The name is looked up once: a
/// look-up keeps the CPU, and in an outage for long.
async fn nonblocking<B: Board>(
    env: Env<B>,
    server: Server<B::Network>,
    wait_ms: i32,
    timeout_ms: i32,
) -> Ended {
    env.ev.sleep_ms(wait_ms).await?;
    let (mut value, mut address) = (0, None);
    loop {
        let Err(lost) = talk(&env, &server, &mut address, timeout_ms, &mut value).await;
        match lost {
            Lost::Interrupted(interrupt) => return Err(interrupt.into()),
            Lost::Failed(error) => say!(env, "Lost the server: {error}"),
            Lost::Closed => say!(env, "Lost the server: it has closed"),
            Lost::Silent => say!(env, "Lost the server: no answer for {timeout_ms} ms"),
        }
        env.ev.sleep_ms(RETRY_MS).await?;
    }
}

/// Connects and sends values until the connection is lost.
async fn talk<B: Board>(
    env: &Env<B>,
    server: &Server<B::Network>,
    address: &mut Option<SocketAddr>,
    timeout_ms: i32,
    value: &mut u32,
) -> Result<Infallible, Lost> {
    let to = match *address {
        Some(known) => known,
        None => *address.insert(server.address()?),
    };
    let socket = server.network.begin_connect(to);
    let mut line = Line { env, socket, timeout_ms };
    line.until_writable().await?;
    say!(env, "Connected to {}", server.host);
    loop {
        line.write(message(*value).as_bytes()).await?;
        let text = line.read().await?;
        say!(env, "Received {}", String::from_utf8_lossy(&text));
        *value += 1;
        env.ev.sleep_ms(PERIOD_MS).await?;
    }
}

/// A socket of lines that is asked again and again.
struct Line<'a, B: Board> {
    env: &'a Env<B>,
    socket: Socket<B>,
    timeout_ms: i32,
}

impl<B: Board> Line<'_, B> {
    /// A pause before the socket is asked again, unless that has been so since `began` for too long.
    async fn pause(&self, began: u32) -> Result<(), Lost> {
        if ticks::ticks_diff(self.env.time(), began) >= self.timeout_ms {
            return Err(Lost::Silent);
        }
        Ok(self.env.ev.sleep_ms(POLL_MS).await?)
    }

    async fn until_writable(&mut self) -> Result<(), Lost> {
        let began = self.env.time();
        while !self.socket.write_ready()? {
            self.pause(began).await?;
        }
        Ok(())
    }

    /// Writes all of it, part by part.
    async fn write(&mut self, mut data: &[u8]) -> Result<(), Lost> {
        while !data.is_empty() {
            self.until_writable().await?;
            let taken = self.socket.write(data)?;
            data = &data[taken..];
        }
        Ok(())
    }

    /// Reads a line, part by part; gives it without its end.
    async fn read(&mut self) -> Result<Vec<u8>, Lost> {
        let (mut line, began) = (Vec::new(), self.env.time());
        loop {
            while !self.socket.read_ready()? {
                self.pause(began).await?;
            }
            let mut part = [0; 32];
            match self.socket.read(&mut part)? {
                0 => return Err(Lost::Closed),
                count => line.extend_from_slice(&part[..count]),
            }
            if let Some(text) = line.strip_suffix(b"\n") {
                return Ok(text.into());
            }
        }
    }
}
