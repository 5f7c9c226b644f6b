//! What clients are set to: declarations of their parameters.
//! Holds no behaviour.

use std::sync::Arc;

use crate::components::model::{self, Keys, Model};
use crate::diagram::param::Values;
use crate::engine::{Distribution, SimDuration};
use crate::{choice, params};

choice! {
    /// How requests arise.
    pub enum Source {
        Poisson = "poisson" "Open loop: Poisson",
        Constant = "constant" "Open loop: constant",
        Bursty = "bursty" "Open loop: bursty, on and off",
        Ramp = "ramp" "Open loop: ramp",
        FlashCrowd = "flash_crowd" "Open loop: flash crowd",
        Diurnal = "diurnal" "Open loop: day and night",
        Trace = "trace" "Open loop: replayed trace",
        Once = "once" "One shot: all users at once",
        Closed = "closed" "Closed loop: users who think",
    }
}

choice! {
    /// How popular keys are.
    pub enum Popularity {
        Zipf = "zipf" "Zipf: few hot keys",
        Uniform = "uniform" "Uniform: all the same",
        HotSet = "hot_set" "Hot set: most requests for a few keys",
        Sequential = "sequential" "Sequential: one key after the other",
    }
}

params! {
    /// What clients are set to.
    pub struct Params {
        source: Source = Source::Poisson, Choice(Source::OPTIONS), "Source", "", "Open loop sends regardless of answers, as the public internet does. Closed loop is a fixed number of users who wait.";
        rate_per_s: f64 = 100.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate", "requests/s", "Mean rate of new requests; for a ramp, the rate at its start; for bursts and a flash crowd, the rate outside them.", when "source" in ["poisson", "constant", "bursty", "ramp", "flash_crowd", "diurnal"];
        burst_rate_per_s: f64 = 400.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate in a burst", "requests/s", "Rate during a burst.", when "source" in ["bursty"];
        burst_length: SimDuration = SimDuration::from_millis(2000), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Burst", "ms", "Length of a burst.", when "source" in ["bursty"];
        burst_pause: SimDuration = SimDuration::from_millis(8000), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Pause between bursts", "ms", "From the end of a burst to the next.", when "source" in ["bursty"];
        ramp_end_per_s: f64 = 500.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate at the end", "requests/s", "Rate at the end of the ramp and from then on.", when "source" in ["ramp"];
        ramp_length: SimDuration = SimDuration::from_millis(60_000), Duration { min_ms: 1.0, max_ms: 86_400_000.0 }, "Ramp", "ms", "How long the rate takes to change.", when "source" in ["ramp"];
        flash_rate_per_s: f64 = 800.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate of the crowd", "requests/s", "Rate while the crowd is there.", when "source" in ["flash_crowd"];
        flash_start: SimDuration = SimDuration::from_millis(10_000), Duration { min_ms: 0.0, max_ms: 86_400_000.0 }, "Crowd after", "ms", "From the start of the run, or of a change of the source's settings, until the crowd begins to come.", when "source" in ["flash_crowd"];
        flash_rise: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Crowd comes within", "ms", "How long the rate takes to rise.", when "source" in ["flash_crowd"];
        flash_hold: SimDuration = SimDuration::from_millis(5000), Duration { min_ms: 0.0, max_ms: 86_400_000.0 }, "Crowd stays", "ms", "How long the rate stays high.", when "source" in ["flash_crowd"];
        flash_fall: SimDuration = SimDuration::from_millis(5000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Crowd leaves within", "ms", "How long the rate takes to fall back.", when "source" in ["flash_crowd"];
        swing_percent: f64 = 80.0, Float { min: 0.0, max: 100.0 }, "Swing", "%", "How far the rate goes above and below its mean, by day and by night.", when "source" in ["diurnal"];
        day_length: SimDuration = SimDuration::from_millis(60_000), Duration { min_ms: 1.0, max_ms: 86_400_000.0 }, "Length of a day", "ms", "From one night to the next; the run begins at night. Shorter than a real day, so that it can be watched.", when "source" in ["diurnal"];
        trace: Arc<str> = Arc::from(super::replay::EXAMPLE), Text { max: super::replay::MAX_CHARACTERS, check: super::replay::CHECK }, "Trace", "", "Lines of seconds,key or seconds,key,operation, where the operation is read or write. A first line of headings and empty lines are passed over. Its keys are used instead of those below.", when "source" in ["trace"];
        trace_repeat: bool = false, Bool, "Repeat the trace", "", "Begins again one second after the last request.", when "source" in ["trace"];
        once_after: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 86_400_000.0 }, "All start after", "ms", "From the start of the run, or of a change of the source's settings.", when "source" in ["once"];
        users: u32 = 50, Int { min: 1, max: 100_000 }, "Users", "", "Number of distinct users. In a closed loop each has at most one request under way; in one shot each sends one.";
        think_time: Distribution = Distribution::exponential(500.0), Law, "Think time", "ms", "From an answer to the user's next request.", when "source" in ["closed"];
        read_percent: f64 = 90.0, Float { min: 0.0, max: 100.0 }, "Reads", "%", "Share of reads; the rest are writes.";
        keys: u32 = 10_000, Int { min: 1, max: 1_000_000 }, "Keys", "", "Number of distinct keys asked for.";
        popularity: Popularity = Popularity::Zipf, Choice(Popularity::OPTIONS), "Popularity", "", "How unevenly keys are asked for.";
        zipf_exponent: f64 = 1.0, Float { min: 0.0, max: 4.0 }, "Zipf exponent", "", "0 is uniform; 1 is typical of the web; higher is more uneven.", when "popularity" in ["zipf"];
        hot_keys: u32 = 100, Int { min: 1, max: 1_000_000 }, "Hot keys", "", "Number of keys in the hot set.", when "popularity" in ["hot_set"];
        hot_percent: f64 = 90.0, Float { min: 0.0, max: 100.0 }, "Requests for hot keys", "%", "Share of requests that ask for a key of the hot set; the rest ask for the others.", when "popularity" in ["hot_set"];
        high_priority_percent: f64 = 0.0, Float { min: 0.0, max: 100.0 }, "High priority", "%", "Share of requests of the high class; the rest are normal. It matters at services and queues that go by priority.";
        request_bytes: u32 = 500, Int { min: 1, max: 100_000_000 }, "Request size", "bytes", "Size on the wire; matters on links with limited bandwidth.";
        reply_bytes: u32 = 4_000, Int { min: 1, max: 100_000_000 }, "Reply size", "bytes", "Size on the wire; matters on links with limited bandwidth.";
        deadline: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Deadline", "ms", "The user gives up after this, whatever retries are left. 0 is never. Timeout and retries of single attempts are set on the link.";
    }
}

impl Params {
    /// What theory is told: only of sources whose rate stays the same, whatever is answered.
    pub fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        let source = match p.source {
            Source::Poisson | Source::Constant => Ok(model::Source {
                rate_per_s: p.rate_per_s,
                reads: p.read_percent / 100.0,
                is_poisson: p.source == Source::Poisson,
                keys: p.independent_keys(),
            }),
            Source::Closed => Err("{name} wait for answers, so what arrives depends on how fast they come"),
            _ => Err("the rate of {name} changes with time"),
        };
        Model { source: Some(source), ..Model::default() }
    }

    fn independent_keys(&self) -> Option<Keys> {
        let popularity = match self.popularity {
            Popularity::Zipf => model::Popularity::Zipf { exponent: self.zipf_exponent },
            Popularity::HotSet if self.hot_keys < self.keys => {
                model::Popularity::HotSet { keys: self.hot_keys, share: self.hot_percent / 100.0 }
            }
            Popularity::Uniform | Popularity::HotSet => model::Popularity::Uniform,
            Popularity::Sequential => return None,
        };
        Some(Keys { count: self.keys, popularity })
    }
}
