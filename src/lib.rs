//! Faultline: a system-design laboratory. A learner's diagram is compiled to a discrete-event simulation in which
//! every request, every version of every key and every failure is real within the model.

pub mod components;
pub mod data;
pub mod diagram;
pub mod editor;
pub mod engine;
pub mod export;
pub mod files;
pub mod findings;
pub mod icon;
pub mod lab;
pub mod metrics;
pub mod order;
pub mod policies;
