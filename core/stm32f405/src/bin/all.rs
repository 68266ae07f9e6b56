//! All programs in one firmware, for tests: the first word of the command line says which one runs.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware! {
    vpyb_scenarios::aqtest,
    vpyb_scenarios::asyn_demos,
    vpyb_scenarios::async_iterator,
    vpyb_scenarios::asyntest,
    vpyb_scenarios::awaitable,
    vpyb_scenarios::barrier,
    vpyb_scenarios::bound_method,
    vpyb_scenarios::callbacks,
    vpyb_scenarios::cancel_awaited,
    vpyb_scenarios::cancel_reader,
    vpyb_scenarios::cancel_sleeper,
    vpyb_scenarios::cancellation,
    vpyb_scenarios::cantest,
    vpyb_scenarios::chain,
    vpyb_scenarios::context_manager,
    vpyb_scenarios::counter,
    vpyb_scenarios::event,
    vpyb_scenarios::exceptions,
    vpyb_scenarios::lock,
    vpyb_scenarios::queue,
    vpyb_scenarios::round_robin,
    vpyb_scenarios::semaphore,
    vpyb_scenarios::uart_loopback,
    vpyb_scenarios::uart_reader,
    vpyb_scenarios::wait_for,
    vpyb_scenarios::waiting,
}
