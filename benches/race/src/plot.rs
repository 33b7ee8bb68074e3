//! The time of a declaration over the number of rules, both logarithmic.

use crate::ours::{BARE, COLUMNS, GROUPS, KAKOU, NAIVE};
use crate::run::Entry;
use crate::table::{duration, engines, grouped, sizes};
use plotters::prelude::*;

/// A drawing of width and height in pixels.
const SIZE: (u32, u32) = (960, 600);

/// Colours that people who see no red or no green tell apart; Kakou and the naive loop stand out by
/// their width too.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(160, 110, 60),
    RGBColor(120, 94, 240),
    RGBColor(110, 110, 110),
];

/// An SVG.
pub fn plot(entries: &[Entry]) -> Result<String, Box<dyn std::error::Error>> {
    let mut out = String::new();
    let sizes = sizes(entries);
    let (first, last) = match sizes.as_slice() {
        [first, .., last] => (*first as f64, *last as f64),
        _ => return Err("a plot needs two numbers of rules".into()),
    };
    let times = entries.iter().filter_map(|entry| entry.facts.as_ref());
    let slowest = times.map(|time| time.ns).fold(1.0, f64::max);
    {
        let root = SVGBackend::with_string(&mut out, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(16)
            .margin_right(170)
            .caption(
                "Time of a declaration over the number of rules",
                ("sans-serif", 20),
            )
            .x_label_area_size(44)
            .y_label_area_size(76)
            .build_cartesian_2d((first..last).log_scale(), (10.0..slowest * 1.5).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(225, 225, 225))
            .x_desc("rules")
            .x_label_formatter(&|rules| grouped(rules.round() as usize))
            .y_label_formatter(&|ns| duration(*ns).replace(".00 ", " ").replace(".0 ", " "))
            .label_style(("sans-serif", 14))
            .draw()?;
        let mut colours = COLOURS.iter().cycle();
        let mut labels = Vec::new();
        for engine in engines(entries) {
            if engine == BARE {
                continue;
            }
            let (colour, width) = match engine {
                KAKOU => (RGBColor(213, 0, 0), 4),
                GROUPS => (RGBColor(240, 128, 128), 4),
                COLUMNS => (RGBColor(250, 176, 96), 4),
                NAIVE => (BLACK, 3),
                _ => (*colours.next().unwrap_or(&BLACK), 2),
            };
            let mut points: Vec<(f64, f64)> = entries
                .iter()
                .filter(|entry| entry.engine == engine)
                .filter_map(|entry| Some((entry.rules as f64, entry.facts.as_ref()?.ns)))
                .collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            chart.draw_series(LineSeries::new(
                points.iter().copied(),
                colour.stroke_width(width),
            ))?;
            let dots = points
                .iter()
                .map(|point| Circle::new(*point, width + 1, colour.filled()));
            chart.draw_series(dots)?;
            if let Some(end) = points.last() {
                labels.push((chart.backend_coord(end), engine, colour));
            }
        }
        // Names stand at the ends of their lines, one below the other where lines meet.
        labels.sort_by_key(|label| label.0);
        labels.sort_by_key(|label| label.0.1);
        let mut taken: Vec<(i32, i32)> = Vec::new();
        for ((x, y), engine, colour) in labels {
            let mut at = y - 7;
            while let Some(other) = taken
                .iter()
                .find(|t| (t.0 - x).abs() < 160 && (t.1 - at).abs() < 16)
            {
                at = other.1 + 16;
            }
            taken.push((x, at));
            // Lines that go on further would run through the name.
            let width = 7 * engine.len() as i32;
            root.draw(&Rectangle::new(
                [(x + 8, at), (x + 12 + width, at + 14)],
                WHITE.filled(),
            ))?;
            root.draw(&Text::new(
                engine,
                (x + 10, at),
                ("sans-serif", 15).into_font().color(&colour),
            ))?;
        }
        root.present()?;
    }
    Ok(out)
}
