//! Bar charts of the Cortex-M4's results: a chart a group and parameter that several did.

use plotters::prelude::*;

use super::result::Cost;
use crate::process::Result;

const TARGET: &str = "thumbv7em-none-eabi";
const WIDTH: u32 = 900;
const BAR: u32 = 28;

/// The charts, each as SVG.
pub fn charts(costs: &[Cost]) -> Result<Vec<String>> {
    let mut charts = Vec::new();
    let mut rest: Vec<&Cost> = costs.iter().filter(|cost| cost.line.target == TARGET).collect();
    while let Some(first) = rest.first() {
        let (group, _, parameter) = first.parts();
        let title = format!("{group}, {parameter}: instructions");
        let here: Vec<&Cost>;
        (here, rest) = rest.iter().partition(|cost| {
            let (other, _, input) = cost.parts();
            (other, input) == (group, parameter)
        });
        if here.len() > 1 {
            charts.push(chart(&title, &here)?);
        }
    }
    Ok(charts)
}

/// One chart: a bar for each that did the work.
fn chart(title: &str, costs: &[&Cost]) -> Result<String> {
    let mut svg = String::new();
    let count = u32::try_from(costs.len()).map_err(|error| error.to_string())?;
    let most = costs.iter().map(|cost| cost.line.instructions).max().unwrap_or_default();
    draw(&mut svg, title, costs, count, most).map_err(|error| format!("{title}: {error}"))?;
    Ok(svg)
}

fn draw(
    svg: &mut String,
    title: &str,
    costs: &[&Cost],
    count: u32,
    most: u64,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, (WIDTH, BAR * count + 60)).into_drawing_area();
    let mut context = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 16))
        .margin(8)
        .y_label_area_size(160)
        .x_label_area_size(24)
        .build_cartesian_2d(0..most + most / 8, (0..count).into_segmented())?;
    let name = |place: &SegmentValue<u32>| match place {
        SegmentValue::Exact(place) | SegmentValue::CenterOf(place) => usize::try_from(*place)
            .ok()
            .and_then(|place| costs.get(place))
            .map_or(String::new(), |cost| cost.parts().1.to_owned()),
        SegmentValue::Last => String::new(),
    };
    context.configure_mesh().disable_y_mesh().y_label_formatter(&name).draw()?;
    for (place, cost) in (0..).zip(costs) {
        let instructions = cost.line.instructions;
        let ours = cost.parts().1.starts_with("hexad");
        let color = if ours { RGBColor(0x1f, 0x77, 0xb4) } else { RGBColor(0xbb, 0xbb, 0xbb) };
        let (from, to) = (SegmentValue::Exact(place), SegmentValue::Exact(place + 1));
        let mut bar = Rectangle::new([(0, from), (instructions, to)], color.filled());
        bar.set_margin(3, 3, 0, 0);
        let middle = (instructions, SegmentValue::CenterOf(place));
        let label = Text::new(format!(" {instructions}"), middle, ("sans-serif", 13));
        context.draw_series(std::iter::once(bar))?;
        context.draw_series(std::iter::once(label))?;
    }
    drop(context);
    area.present()?;
    Ok(())
}
