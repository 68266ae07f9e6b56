//! The UARTs of the board: where they are, and how a program's wishes become settings.
//!
//! Owns what a scenario sets in place of the program, and what the hardware refuses.

use vpyb_core::{BoardError, UartConfig};

use super::machine::Machine;
use super::part::Part;
use super::pyboard::{UARTS, UartUnit};
use super::virtual_board::VirtualBoard;
use super::virtual_uart::VirtualUart;
use crate::mcu::{BitClock, Uart, UartPins, UartSettings};
use crate::scenario::model::UartOverride;
use crate::trace::Kind;
use crate::trace::record::SerialEvent;
use crate::world::{Bench, DeviceId};

impl Machine {
    pub(super) fn place_uarts(&mut self) {
        for unit in UARTS {
            let pins = UartPins {
                tx: self.pins[unit.tx],
                rx: self.pins[unit.rx],
                rts: unit.rts.map(|pin| self.pins[pin]),
                cts: unit.cts.map(|pin| self.pins[pin]),
            };
            let name = self.world.bench.trace.name(unit.name);
            let device = self.place(Part::Uart(Uart::new(name, pins)));
            self.uarts.insert(unit.name, device);
        }
    }

    /// The pins of the UART of this name.
    pub(super) fn uart_pins(&self, uart: &str) -> UartPins {
        match &self.world.devices[usize::from(self.uarts[uart].0)] {
            Part::Uart(uart) => uart.pins(),
            _ => unreachable!("UARTs are in their places"),
        }
    }

    /// The UART in a place, and the bench.
    pub(super) fn uart(&mut self, device: DeviceId) -> (&mut Uart, &mut Bench) {
        match &mut self.world.devices[usize::from(device.0)] {
            Part::Uart(uart) => (uart, &mut self.world.bench),
            _ => unreachable!("UARTs are in their places"),
        }
    }
}

/// What a program asks for, with what the scenario sets instead.
fn overridden(config: UartConfig, by: &UartOverride) -> UartConfig {
    UartConfig {
        baud: by.baud.unwrap_or(config.baud),
        read_buf_len: by.read_buf_len.unwrap_or(config.read_buf_len),
        write_buf_len: by.write_buf_len.unwrap_or(config.write_buf_len),
        frame: by.line.frame(config.frame),
        flow: by.line.flow.unwrap_or(config.flow),
    }
}

impl VirtualBoard {
    /// Opens a UART; one that is open is handed out once more, if it is asked for in the same way.
    pub(super) fn open_uart(
        &self,
        unit: &'static UartUnit,
        config: UartConfig,
    ) -> Result<VirtualUart, BoardError> {
        let (device, by) = {
            let machine = self.machine.borrow();
            (machine.uarts[unit.name], machine.overrides.get(unit.name).cloned().unwrap_or_default())
        };
        let config = overridden(config, &by);
        let setting = |why: &str| BoardError::Setting { what: unit.name.into(), why: why.into() };
        let clock =
            BitClock::divided(config.baud, unit.clock).map_err(|error| setting(&error.to_string()))?;
        if config.read_buf_len == 0 {
            return Err(setting("its receive ring needs at least one byte"));
        }
        if !config.frame.is_possible() {
            return Err(setting(
                "it has 8 or 9 data bits without parity, 7 or 8 with it, and 1 or 2 stop bits",
            ));
        }
        let missing = (config.flow.rts && unit.rts.is_none()) || (config.flow.cts && unit.cts.is_none());
        if missing {
            return Err(setting("it has no pins for flow control"));
        }
        let pins = self.machine.borrow_mut().uart(device).0.pins();
        let flow = [pins.rts.filter(|_| config.flow.rts), pins.cts.filter(|_| config.flow.cts)];
        for pin in [pins.tx, pins.rx].into_iter().chain(flow.into_iter().flatten()) {
            self.claim(pin, unit.name)?;
        }
        let mut machine = self.machine.borrow_mut();
        let settings = UartSettings {
            clock,
            frame: config.frame,
            flow: config.flow,
            latency: by.rx_irq_latency.unwrap_or(machine.profile.isr),
            ring: config.read_buf_len.into(),
            sends_by_interrupt: config.write_buf_len > 0,
        };
        let (uart, bench) = machine.uart(device);
        if uart.settings().is_some_and(|open| open != settings) {
            return Err(setting("it is open already, with other settings"));
        }
        if uart.settings().is_none() {
            let name = uart.name();
            let (tx, rx) = (bench.pin_name(pins.tx), bench.pin_name(pins.rx));
            let context = bench.cause();
            let (baud, ring) = (config.baud, config.read_buf_len);
            bench.record_cause(Kind::UartOpened { uart: name, tx, rx, baud, ring });
            let plain = UartConfig { read_buf_len: ring, ..UartConfig::baud(baud) };
            if config != plain {
                let (frame, flow) = (config.frame.into(), config.flow.into());
                let event = SerialEvent::SetUp { frame, flow, ring: config.write_buf_len };
                bench.record(Kind::Serial { uart: name, event });
            }
            uart.open(device, settings, bench);
            bench.cause_is(context);
        }
        drop(machine);
        Ok(VirtualUart::new(self.clone(), device, unit.name, config))
    }
}
