// How a test stops the application for real: there is no hidden switch in it.
// To be given to the page: `capture` before it loads, `wreck` when it runs.

/** Remembers the running module. */
export const capture = () => window.addEventListener('TrunkApplicationStarted', (event) => (window.running = event.detail.wasm));
/** Takes the running module's memory away under it: whatever it does next, it panics or traps. */
export const wreck = () => new Uint8Array(window.running.memory.buffer).fill(0xa5, 1 << 16);
