//! Series of costs, as a table and as a drawing.
//!
//! Owns both forms. The drawing has the costs by that of the smallest size, so that no machine's nanoseconds are in it, over
//! sizes; both axes are logarithmic.

use std::fmt::{self, Write as _};

/// Costs by size.
pub struct Series {
    name: &'static str,
    /// Sizes and nanoseconds, upwards.
    points: Vec<(usize, f64)>,
}

impl Series {
    /// A series, from the smallest size to the largest.
    pub fn new(name: &'static str, points: Vec<(usize, f64)>) -> Self {
        Self { name, points }
    }

    /// Sizes, and costs by the first.
    fn growth(&self) -> impl Iterator<Item = (f64, f64)> {
        let (_, first) = self.points[0];
        self.points.iter().map(move |&(size, cost)| (size as f64, cost / first))
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n  {:>12}  {:>14}  {:>10}  {:>10}", self.name, "size", "ns", "growth", "log n")?;
        let (smallest, _) = self.points[0];
        for ((size, growth), (_, cost)) in self.growth().zip(&self.points) {
            let log = size.ln() / (smallest as f64).ln();
            writeln!(f, "  {size:>12}  {cost:>14.1}  {growth:>9.2}x  {log:>9.2}x")?;
        }
        Ok(())
    }
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const MARGIN: f64 = 56.0;
/// Room for names, to the right.
const NAMES: f64 = 280.0;
/// Sizes and growths that are drawn.
const SIZES: (f64, f64) = (10.0, 1e8);
const GROWTHS: (f64, f64) = (0.5, 100.0);
const COLOURS: [&str; 5] = ["#1b6ca8", "#c8553d", "#3a7d44", "#8a5a9e", "#b8860b"];

fn x(size: f64) -> f64 {
    let (least, most) = SIZES;
    MARGIN + (size / least).ln() / (most / least).ln() * (WIDTH - 2.0 * MARGIN)
}

fn y(growth: f64) -> f64 {
    let (least, most) = GROWTHS;
    let share = (growth.clamp(least, most) / least).ln() / (most / least).ln();
    HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
}

/// The drawing.
pub fn svg(series: &[Series]) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        WIDTH + NAMES
    );
    let mut line =
        |arguments: fmt::Arguments<'_>| writeln!(text, "{arguments}").expect("a text takes everything");
    for power in 1..=8 {
        let at = x(10_f64.powi(power));
        line(format_args!(
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">10<tspan dy=\"-5\" font-size=\"9\">{power}</tspan></text>",
            y(GROWTHS.0),
            y(GROWTHS.1),
            HEIGHT - MARGIN + 18.0
        ));
    }
    for growth in [1.0, 10.0, 100.0] {
        let at = y(growth);
        line(format_args!(
            "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{growth}x</text>",
            x(SIZES.0),
            x(SIZES.1),
            MARGIN - 6.0,
            at + 4.0
        ));
    }
    // That of the logarithm, from the smallest size on.
    let log = (1..=8).map(|power| (10_f64.powi(power), f64::from(power)));
    line(format_args!("{}", path(log, "#999", " stroke-dasharray=\"4 4\"")));
    let names = series.iter().map(|series| series.name).zip(COLOURS).chain([("log n", "#999")]);
    for (place, (name, colour)) in names.enumerate() {
        let at = MARGIN + 20.0 * place as f64;
        line(format_args!("<text x=\"{WIDTH:.1}\" y=\"{at:.1}\" fill=\"{colour}\">{name}</text>"));
    }
    for (series, colour) in series.iter().zip(COLOURS) {
        line(format_args!("{}", path(series.growth(), colour, "")));
    }
    line(format_args!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">tasks, pins, records</text>\n\
         <text x=\"{MARGIN:.1}\" y=\"{:.1}\">cost by that of the smallest size</text>\n</svg>",
        WIDTH / 2.0,
        HEIGHT - 12.0,
        MARGIN - 20.0
    ));
    text
}

fn path(points: impl Iterator<Item = (f64, f64)>, colour: &str, more: &str) -> String {
    let points: Vec<String> =
        points.map(|(size, growth)| format!("{:.1},{:.1}", x(size), y(growth))).collect();
    let points = points.join(" ");
    format!("<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{more}/>")
}
