//! A picture as SVG, laid out by `layout-rs`.

use super::draw::{Drawn, Picture};
use super::node::Class;
use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use unicode_width::UnicodeWidthStr;

const FONT: usize = 14;
/// The width of a narrow character in points, a little more than it takes.
const CHARACTER: f64 = 8.5;

/// Lays the picture out from left to right.
pub(super) fn svg(picture: &Picture) -> String {
    let mut graph = VisualGraph::new(Orientation::LeftToRight);
    let handles: Vec<_> = picture
        .nodes
        .iter()
        .map(|node| graph.add_node(element(node)))
        .collect();
    for (from, to, label) in &picture.edges {
        if let (Some(from), Some(to)) = (handles.get(*from as usize), handles.get(*to as usize)) {
            graph.add_edge(Arrow::simple(label), *from, *to);
        }
    }
    let mut writer = SVGWriter::new();
    graph.do_it(false, false, false, &mut writer);
    writer.finalize()
}

fn element(node: &Drawn) -> Element {
    let (shape, fill) = match node.class {
        Class::Fact => (ShapeKind::new_circle(&node.label), 0xE8F1FBFF),
        Class::Rule => (ShapeKind::new_box(&node.label), 0xFFF1CCFF),
        Class::Outcome => (ShapeKind::new_box(&node.label), 0xF9D9D6FF),
        Class::Plan => (ShapeKind::new_box(&node.label), 0xEEEEEEFF),
        _ => (ShapeKind::new_box(&node.label), 0xFFFFFFFF),
    };
    let round = if node.class == Class::Condition {
        12
    } else {
        3
    };
    let style = StyleAttr::new(Color::fast("black"), 1, Some(Color::new(fill)), round, FONT);
    let width = UnicodeWidthStr::width(node.label.as_str()) as f64 * CHARACTER + 24.0;
    Element::create(
        shape,
        style,
        Orientation::LeftToRight,
        Point::new(width, 32.0),
    )
}
