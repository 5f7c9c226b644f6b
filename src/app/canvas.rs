//! The canvas: cards as elements one can focus, links and traffic drawn between them.
//! Knows frames, not how the run makes them.

pub mod camera;
