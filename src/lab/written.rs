//! How times and figures are written in the results file.
//! Knows no result.

use crate::components::Reading;
use crate::engine::{SimDuration, SimTime};

/// A moment in seconds since the start, for a file.
pub fn moment_s<S: serde::Serializer>(moment: &SimTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(moment.as_secs_f64())
}

/// A length in seconds, for a file.
pub fn length_s<S: serde::Serializer>(length: &SimDuration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(length.as_secs_f64())
}

/// Named figures as an object, for a file.
pub fn by_name<S: serde::Serializer>(figures: &[(&'static str, f64)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(figures.iter().copied())
}

/// What gauges read, as an object.
pub fn readings<S: serde::Serializer>(gauges: &[(&'static str, Reading)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(gauges.iter().map(|(name, reading)| (name, reading.value())))
}
