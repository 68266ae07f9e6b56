//! The network of a virtual Pyboard, as programs hold it.
//!
//! Owns the handles: what waits keeps the CPU, and what is asked for is not there without a part of kind `network`. What
//! happens between two sockets is the model's.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use vpyb_core::net::{self, NetError};
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};

use super::machine::Machine;
use super::part::Part;
use super::virtual_board::VirtualBoard;
use crate::devices::{EndId, LinkSettings, LookUp, Network, NetworkSettings, Phase};
use crate::scenario::model::{self, NetworkChange};
use crate::trace::Seq;
use crate::trace::record::NetFault;
use crate::world::{Bench, DeviceId};

/// A network to which the board is attached.
#[derive(Clone)]
pub struct VirtualNetwork {
    board: VirtualBoard,
    device: DeviceId,
}

/// A port on which connections are accepted.
pub struct VirtualListener {
    network: VirtualNetwork,
    port: u16,
    name: String,
}

/// One end of a connection.
pub struct VirtualSocket {
    network: VirtualNetwork,
    end: EndId,
    name: String,
}

/// The address of the nth host.
fn address(host: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 1)) + host as u32))
}

fn error_of(fault: NetFault) -> NetError {
    match fault {
        NetFault::TimedOut => NetError::TimedOut,
        NetFault::Refused => NetError::Refused,
        NetFault::Reset => NetError::Reset,
    }
}

impl Machine {
    /// The network in a place, and the bench.
    pub(super) fn network(&mut self, device: DeviceId) -> (&mut Network, &mut Bench) {
        match &mut self.world.devices[usize::from(device.0)] {
            Part::Network(network) => (network, &mut self.world.bench),
            _ => unreachable!("the network is in its place"),
        }
    }

    /// Puts the network of a scenario on the bench.
    pub(super) fn place_network(&mut self, name: &str, network: &model::Network) {
        let link =
            LinkSettings { latency: network.latency, bandwidth: network.bandwidth, loss: network.loss };
        let settings = NetworkSettings {
            link,
            hosts: network.hosts.clone(),
            look_up: network.look_up,
            patience: network.patience,
            buffer: network.buffer,
        };
        let network = Network::new(name, settings, &mut self.world.bench);
        self.network = Some(self.place(Part::Network(network)));
    }

    /// What the outside does to the network.
    pub(super) fn change_network(&mut self, change: NetworkChange) {
        let Some(device) = self.network else { return };
        let (network, bench) = self.network(device);
        match change {
            NetworkChange::Down => network.set_down(true, bench),
            NetworkChange::Up => network.set_down(false, bench),
            NetworkChange::Reset => network.reset(bench),
        }
    }

    /// What the loop is told of something that it asked: ready or not, and by which record.
    fn tell_ready(&mut self, ready: Readiness, cause: Option<Seq>) -> Readiness {
        if !ready.is_empty() {
            self.ready_cause = cause;
        }
        // Who waits by a waker is called now.
        self.wakes_are_by(cause.filter(|_| !ready.is_empty()));
        ready
    }
}

impl VirtualNetwork {
    pub(super) fn new(board: VirtualBoard, device: DeviceId) -> Self {
        Self { board, device }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Network, DeviceId, &mut Bench) -> T) -> T {
        let mut machine = self.board.machine.borrow_mut();
        let (network, bench) = machine.network(self.device);
        f(network, self.device, bench)
    }

    fn socket(&self, end: EndId) -> VirtualSocket {
        let name = self.with(|network, _, bench| bench.trace.text(network.end(end).name).to_owned());
        VirtualSocket { network: self.clone(), end, name }
    }
}

impl net::Network for VirtualNetwork {
    type Socket = VirtualSocket;
    type Listener = VirtualListener;

    fn look_up(&self, host: &str) -> Result<IpAddr, NetError> {
        self.board.access();
        let began = self.board.machine.borrow().now();
        self.with(|network, me, bench| network.ask_name_server(host, me, bench));
        let device = self.device;
        self.board.busy_until(|machine| machine.network(device).0.look_up() != LookUp::Asked);
        self.with(|network, _, bench| {
            network.looked_up(host, bench.now() - began, bench);
            match (network.look_up(), network.host(host)) {
                (LookUp::Answered, Some(host)) => Ok(address(host)),
                (LookUp::Answered, None) => Err(NetError::UnknownHost),
                _ => Err(NetError::TimedOut),
            }
        })
    }

    fn connect(&self, to: SocketAddr) -> Result<VirtualSocket, NetError> {
        let socket = self.begin_connect(to);
        let (device, end) = (self.device, socket.end);
        let phase = move |machine: &mut Machine| machine.network(device).0.end(end).phase;
        self.board.busy_until(|machine| phase(machine) != Phase::Connecting);
        match net::Socket::error(&socket) {
            None => Ok(socket),
            Some(error) => Err(error),
        }
    }

    fn begin_connect(&self, to: SocketAddr) -> VirtualSocket {
        self.board.access();
        let end = self.with(|network, me, bench| {
            let exists = (0..network.hosts()).any(|host| address(host) == to.ip());
            network.connect(exists, to.port(), me, bench)
        });
        self.socket(end)
    }

    fn listen(&self, port: u16) -> Result<VirtualListener, NetError> {
        self.board.access();
        if !self.with(|network, _, bench| network.listen(port, bench)) {
            return Err(NetError::InUse);
        }
        Ok(VirtualListener { network: self.clone(), port, name: format!("port {port}") })
    }
}

impl net::Listener for VirtualListener {
    type Socket = VirtualSocket;

    fn accept(&self) -> Option<VirtualSocket> {
        self.network.board.access();
        let end = self.network.with(|network, _, bench| network.accept(self.port, bench))?;
        Some(self.network.socket(end))
    }
}

impl Pollable for VirtualListener {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut machine = self.network.board.machine.borrow_mut();
        let waits = machine.network(self.network.device).0.waits(self.port);
        let ready = if waits.is_some() { Readiness::READ.and(interest) } else { Readiness::NONE };
        machine.tell_ready(ready, waits.flatten())
    }

    /// The interface asks for an interrupt when something arrives.
    fn sampled(&self) -> bool {
        false
    }
}

impl Drop for VirtualListener {
    fn drop(&mut self) {
        if !self.network.board.is_over() {
            self.network.with(|network, me, bench| network.stop_listening(self.port, me, bench));
        }
    }
}

impl VirtualSocket {
    fn is_readable(&self, machine: &mut Machine) -> bool {
        machine.network(self.network.device).0.end(self.end).is_readable()
    }

    fn is_writable(&self, machine: &mut Machine) -> bool {
        machine.network(self.network.device).0.end(self.end).is_writable()
    }

    fn take(&self, buf: &mut [u8]) -> usize {
        self.network.with(|network, me, bench| network.read(self.end, buf, me, bench))
    }

    /// What can be read, or `None` if there is nothing at present.
    fn take_part(&self, buf: &mut [u8]) -> Option<usize> {
        let ready = self.is_readable(&mut self.network.board.machine.borrow_mut());
        ready.then(|| self.take(buf))
    }

    fn fault(&self) -> Option<NetError> {
        self.network.with(|network, _, _| match network.end(self.end).phase {
            Phase::Failed(fault) => Some(error_of(fault)),
            Phase::Connecting | Phase::Open => None,
        })
    }

    /// Gives as much as fits; `None` if nothing does at present. After an error everything is dropped.
    fn give(&self, data: &[u8]) -> Option<usize> {
        if self.fault().is_some() {
            return Some(data.len());
        }
        let ready = self.is_writable(&mut self.network.board.machine.borrow_mut());
        ready.then(|| self.network.with(|network, me, bench| network.write(self.end, data, me, bench)))
    }
}

impl net::Socket for VirtualSocket {
    fn error(&self) -> Option<NetError> {
        self.network.board.access();
        self.fault()
    }
}

impl Drop for VirtualSocket {
    fn drop(&mut self) {
        self.close();
    }
}

impl Pollable for VirtualSocket {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut machine = self.network.board.machine.borrow_mut();
        let mut ready = Readiness::NONE;
        if self.is_readable(&mut machine) {
            ready = ready.or(Readiness::READ);
        }
        if self.is_writable(&mut machine) {
            ready = ready.or(Readiness::WRITE);
        }
        let last = machine.network(self.network.device).0.end(self.end).last;
        machine.tell_ready(ready.and(interest), last)
    }

    /// The interface asks for an interrupt when something arrives.
    fn sampled(&self) -> bool {
        false
    }

    /// What was written is still sent, then the end of the stream.
    fn close(&self) {
        if !self.network.board.is_over() {
            self.network.with(|network, me, bench| network.close(self.end, me, bench));
        }
    }
}

impl StreamRead for VirtualSocket {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        self.network.board.access();
        self.take_part(buf)
    }

    /// Takes what there is, up to a newline, without waiting.
    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        self.network.board.access();
        let next = self.network.with(|network, _, _| network.end(self.end).line_len());
        let mut part = vec![0; next];
        let count = self.take_part(&mut part)?;
        line.extend_from_slice(&part[..count]);
        Some(count)
    }
}

impl StreamWrite for VirtualSocket {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.network.board.access();
        self.give(data)
    }
}

impl ErrorType for VirtualSocket {
    type Error = NetError;
}

impl Read for VirtualSocket {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, NetError> {
        self.network.board.access();
        if buf.is_empty() {
            return Ok(0);
        }
        self.network.board.busy_until(|machine| self.is_readable(machine));
        match (self.take(buf), self.fault()) {
            (0, Some(error)) => Err(error),
            (count, _) => Ok(count),
        }
    }
}

impl ReadReady for VirtualSocket {
    fn read_ready(&mut self) -> Result<bool, NetError> {
        self.network.board.access();
        Ok(self.is_readable(&mut self.network.board.machine.borrow_mut()))
    }
}

impl Write for VirtualSocket {
    fn write(&mut self, data: &[u8]) -> Result<usize, NetError> {
        self.network.board.access();
        if data.is_empty() {
            return Ok(0);
        }
        self.network.board.busy_until(|machine| self.is_writable(machine));
        match self.fault() {
            Some(error) => Err(error),
            None => Ok(self.network.with(|network, me, bench| network.write(self.end, data, me, bench))),
        }
    }

    /// What was written is sent without it.
    fn flush(&mut self) -> Result<(), NetError> {
        Ok(())
    }
}

impl WriteReady for VirtualSocket {
    fn write_ready(&mut self) -> Result<bool, NetError> {
        self.network.board.access();
        Ok(self.is_writable(&mut self.network.board.machine.borrow_mut()))
    }
}
