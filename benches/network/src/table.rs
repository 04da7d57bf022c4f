//! The results as a table: medians with their ranges, and ratios to the first rival.

use crate::measure::Metric;
use crate::road::Rival;

/// All values, by rival and metric.
pub(crate) struct Results {
    names: Vec<&'static str>,
    metrics: Vec<Metric>,
    values: Vec<Vec<Vec<f64>>>,
}

impl Results {
    pub(crate) fn new(rivals: &[Rival], metrics: &[Metric]) -> Results {
        Results {
            names: rivals.iter().map(|rival| rival.name).collect(),
            metrics: metrics.to_vec(),
            values: vec![vec![Vec::new(); metrics.len()]; rivals.len()],
        }
    }

    pub(crate) fn add(&mut self, rival: usize, metric: Metric, value: f64) {
        if let Some(place) = self.metrics.iter().position(|known| *known == metric) {
            self.values[rival][place].push(value);
        }
    }

    pub(crate) fn print(&self) {
        print!("{:24}", "median (lowest-highest)");
        for name in &self.names {
            print!("{name:>30}");
        }
        println!();
        for (place, metric) in self.metrics.iter().enumerate() {
            print!("{:24}", metric.name());
            let base = median(&self.values[0][place]);
            for (rival, values) in self.values.iter().enumerate() {
                let cell = cell(&values[place], (rival > 0).then_some(base));
                print!("{cell:>30}");
            }
            println!();
        }
    }
}

/// The median, its range, and its ratio to another value.
pub(crate) fn cell(values: &[f64], base: Option<f64>) -> String {
    let (lowest, highest) =
        values.iter().fold((f64::MAX, 0f64), |(low, high), it| (low.min(*it), high.max(*it)));
    let median = median(values);
    let digits = match median {
        ..2.0 => 3,
        ..100.0 => 1,
        _ => 0,
    };
    let ratio = base.map_or(String::new(), |base| format!("  {:4.2}", median / base));
    format!("{median:.digits$} ({lowest:.digits$}-{highest:.digits$}){ratio}")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
