//! What the runs of a plan measured: samples by job, curves with intervals, a table to take away.
//! Draws nothing.

use serde_json::{json, Map, Value as Json};

use super::{estimate, Estimate, Metric, Owner, Plan};

/// Samples of a plan's jobs, as they come in.
#[derive(Clone, Debug)]
pub struct Results {
    /// What was run.
    pub plan: Plan,
    /// What is read off: all that can be, or some of it.
    pub metrics: Vec<Metric>,
    /// By job: values in the order of [`Metric::ALL`]; empty until the job is done.
    samples: Vec<Vec<f64>>,
    done: usize,
}

impl Results {
    /// None yet.
    pub fn new(plan: Plan) -> Results {
        let metrics = Metric::fitting(&plan.document, plan.focus.as_deref());
        Results { samples: vec![Vec::new(); plan.jobs()], metrics, plan, done: 0 }
    }

    /// Takes a job's sample.
    pub fn put(&mut self, job: usize, sample: Vec<f64>) {
        if let Some(slot) = self.samples.get_mut(job).filter(|slot| slot.is_empty()) {
            *slot = sample;
            self.done += 1;
        }
    }

    /// Jobs done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The value of the varied parameter at a point; 0 if none is varied.
    pub fn value_at(&self, point: usize) -> f64 {
        self.plan.vary.as_ref().and_then(|(_, values)| values.get(point)).copied().unwrap_or(0.0)
    }

    /// The samples of a point, each with its seed, in the order of the seeds: the same whichever run was done first.
    pub fn samples(&self, point: usize, metric: Metric) -> Vec<(u64, f64)> {
        let Some(column) = Metric::ALL.iter().position(|m| *m == metric) else { return Vec::new() };
        let points = self.plan.points().max(1);
        let seed = |job: usize| self.plan.document.seed.wrapping_add((job / points) as u64);
        let jobs = (point..self.samples.len()).step_by(points);
        jobs.filter_map(|job| Some((seed(job), *self.samples[job].get(column)?))).collect()
    }

    /// Mean and interval at a point; `None` until something was measured there.
    pub fn estimate(&self, point: usize, metric: Metric) -> Option<Estimate> {
        let values: Vec<f64> = self.samples(point, metric).into_iter().map(|(_, value)| value).collect();
        estimate(&values)
    }

    /// The least availability of any point so far; `None` until something has ended.
    pub fn least_availability(&self) -> Option<f64> {
        let means = (0..self.plan.points()).filter_map(|point| self.estimate(point, Metric::Availability).map(|e| e.mean));
        means.reduce(f64::min)
    }

    /// The table for a file: for each point and metric mean, interval, theory's value where there is one, and the value under each seed.
    pub fn table(&self, theory: impl Fn(usize, Metric) -> Option<f64>) -> Json {
        let point = |point: usize| {
            let measure = |metric: &Metric| {
                let estimate = self.estimate(point, *metric);
                let samples = self.samples(point, *metric);
                let by_seed: Vec<Json> = samples.iter().map(|(seed, value)| json!({"seed": seed, "value": value})).collect();
                let figures = json!({
                    "unit": metric.unit(),
                    "mean": estimate.map(|e| e.mean),
                    "low": estimate.map(|e| e.low),
                    "high": estimate.map(|e| e.high),
                    "theory": theory(point, *metric),
                    "samples": by_seed,
                });
                (metric.id().to_string(), figures)
            };
            let measures: Json = self.metrics.iter().map(measure).collect::<Map<_, _>>().into();
            match &self.plan.vary {
                Some(_) => json!({"value": self.value_at(point), "measures": measures}),
                None => json!({"measures": measures}),
            }
        };
        let plan = &self.plan;
        let varied = plan.vary.as_ref().map(|(knob, _)| {
            let owner = match &knob.owner {
                Owner::Node(id) => id.clone(),
                Owner::Link(id) => format!("link:{id}"),
            };
            json!({"parameter": format!("{owner}.{}", knob.param), "unit": knob.spec(&plan.document).map_or("", |s| s.unit)})
        });
        json!({
            "title": plan.document.title,
            "seed": plan.document.seed,
            "seeds": plan.seeds,
            "warmup_s": plan.warmup_s,
            "measured_s": plan.run_s,
            "at": plan.focus,
            "varied": varied,
            "points": (0..plan.points()).map(point).collect::<Vec<_>>(),
        })
    }

    /// The table as CSV: a line for each point, for each metric its mean and interval, and theory's value where there is one.
    pub fn csv(&self, theory: impl Fn(usize, Metric) -> Option<f64>) -> String {
        let mut head = match &self.plan.vary {
            Some((knob, _)) => {
                let unit = knob.spec(&self.plan.document).map(|s| s.unit).filter(|u| !u.is_empty());
                vec![format!("{}{}", knob.param, unit.map(|u| format!(" ({u})")).unwrap_or_default())]
            }
            None => Vec::new(),
        };
        head.push("seeds".into());
        let expected: Vec<Vec<Option<f64>>> =
            self.metrics.iter().map(|m| (0..self.plan.points()).map(|point| theory(point, *m)).collect()).collect();
        let has_theory = |column: &Vec<Option<f64>>| column.iter().any(Option::is_some);
        for (metric, expected) in self.metrics.iter().zip(&expected) {
            let unit = match metric.unit() {
                "" => String::new(),
                "%" => " (share)".into(),
                unit => format!(" ({unit})"),
            };
            let id = metric.id();
            head.extend([format!("{id}{unit}"), format!("{id}_low"), format!("{id}_high")]);
            if has_theory(expected) {
                head.push(format!("{id}_theory"));
            }
        }
        let mut out = head.join(",") + "\r\n";
        for point in 0..self.plan.points() {
            let mut cells = Vec::new();
            if self.plan.vary.is_some() {
                cells.push(figure(self.value_at(point)));
            }
            cells.push(self.samples(point, Metric::Throughput).len().to_string());
            for (metric, expected) in self.metrics.iter().zip(&expected) {
                match self.estimate(point, *metric) {
                    Some(e) => cells.extend([figure(e.mean), figure(e.low), figure(e.high)]),
                    None => cells.extend([String::new(), String::new(), String::new()]),
                }
                if has_theory(expected) {
                    cells.push(expected[point].map(figure).unwrap_or_default());
                }
            }
            out += &(cells.join(",") + "\r\n");
        }
        out
    }
}

/// Shortest text that reads back the same; blank for what is no number.
fn figure(value: f64) -> String {
    if value.is_finite() {
        value.to_string()
    } else {
        String::new()
    }
}
