//! A picture as SVG, laid out by `layout-rs` and written here: the same picture is the same text,
//! it is as large as what is drawn, and a word on an arrow stands in the line.

use super::draw::{Drawn, Picture};
use super::node::Class;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

const FONT: usize = 14;
/// The size of the words on arrows.
const SMALL: usize = 12;
/// What is left white around the picture.
const MARGIN: f64 = 16.0;
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
    let mut paper = Paper::default();
    graph.do_it(false, false, false, &mut paper);
    paper.finish()
}

/// What is drawn so far, and how far it reaches to the right and down.
#[derive(Default)]
struct Paper {
    shapes: String,
    arrows: String,
    paths: u32,
    /// The upper left and the lower right corner.
    corners: Option<(Point, Point)>,
}

impl Paper {
    fn reaches(&mut self, x: f64, y: f64) {
        let here = Point::new(x, y);
        let (near, far) = self.corners.unwrap_or((here, here));
        self.corners = Some((
            Point::new(near.x.min(x), near.y.min(y)),
            Point::new(far.x.max(x), far.y.max(y)),
        ));
    }

    fn finish(self) -> String {
        let (near, far) = self.corners.unwrap_or((Point::zero(), Point::zero()));
        let (x, y) = (near.x - MARGIN, near.y - MARGIN);
        let width = far.x - x + MARGIN;
        let height = far.y - y + MARGIN;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{x} {y} {width} {height}\">\n\
             <style>\n\
             text {{ font: {FONT}px sans-serif; text-anchor: middle; }}\n\
             .word {{ font-size: {SMALL}px; fill: #444; }}\n\
             .arrow {{ fill: none; stroke: #444; }}\n\
             </style>\n\
             <defs><marker id=\"head\" markerWidth=\"8\" markerHeight=\"6\" refX=\"8\" refY=\"3\" \
             orient=\"auto\"><polygon points=\"0 0, 8 3, 0 6\" fill=\"#444\"/></marker></defs>\n\
             <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
             {}{}</svg>\n",
            self.arrows, self.shapes
        )
    }
}

impl RenderBackend for Paper {
    fn draw_rect(
        &mut self,
        at: Point,
        size: Point,
        look: &StyleAttr,
        _properties: Option<String>,
        _clip: Option<ClipHandle>,
    ) {
        self.reaches(at.x, at.y);
        self.reaches(at.x + size.x, at.y + size.y);
        let _ = writeln!(
            self.shapes,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {}/>",
            at.x,
            at.y,
            size.x,
            size.y,
            look.rounded,
            painted(look)
        );
    }

    fn draw_line(&mut self, start: Point, stop: Point, _look: &StyleAttr, _: Option<String>) {
        self.reaches(start.x, start.y);
        self.reaches(stop.x, stop.y);
        let _ = writeln!(
            self.shapes,
            "<path d=\"M {} {} L {} {}\" class=\"arrow\"/>",
            start.x, start.y, stop.x, stop.y
        );
    }

    fn draw_circle(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        let (across, down) = (size.x / 2.0, size.y / 2.0);
        self.reaches(at.x - across, at.y - down);
        self.reaches(at.x + across, at.y + down);
        let _ = writeln!(
            self.shapes,
            "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{across}\" ry=\"{down}\" {}/>",
            at.x,
            at.y,
            painted(look)
        );
    }

    fn draw_text(&mut self, at: Point, text: &str, look: &StyleAttr) {
        let mut class = "";
        if look.font_size != FONT {
            // A word on an arrow: the line makes room for it.
            class = " class=\"word\"";
            let wide = UnicodeWidthStr::width(text) as f64 * CHARACTER;
            let high = SMALL as f64 + 4.0;
            let _ = writeln!(
                self.shapes,
                "<rect x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{high}\" fill=\"#fff\"/>",
                at.x - wide / 2.0,
                at.y - high / 2.0
            );
        }
        // A third of the letters' height below the middle, the line that letters stand on.
        let _ = writeln!(
            self.shapes,
            "<text{class} x=\"{}\" y=\"{}\">{}</text>",
            at.x,
            at.y + FONT as f64 / 3.0,
            escaped(text)
        );
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _dashed: bool,
        _head: (bool, bool),
        _look: &StyleAttr,
        _properties: Option<String>,
        text: &str,
    ) {
        let [(start, leaving), (entering, second), rest @ ..] = path else {
            return;
        };
        for (a, b) in path {
            self.reaches(a.x, a.y);
            self.reaches(b.x, b.y);
        }
        let mut line = format!(
            "M {} {} C {} {}, {} {}, {} {}",
            start.x, start.y, leaving.x, leaving.y, entering.x, entering.y, second.x, second.y
        );
        for (a, b) in rest {
            let _ = write!(line, " S {} {}, {} {}", a.x, a.y, b.x, b.y);
        }
        self.paths += 1;
        let number = self.paths;
        let _ = writeln!(
            self.arrows,
            "<path id=\"arrow{number}\" d=\"{line}\" class=\"arrow\" marker-end=\"url(#head)\"/>"
        );
        if !text.is_empty() {
            let _ = writeln!(
                self.arrows,
                "<text class=\"word\" dy=\"-4\"><textPath href=\"#arrow{number}\" \
                 startOffset=\"50%\">{}</textPath></text>",
                escaped(text)
            );
        }
    }

    fn create_clip(&mut self, _at: Point, _size: Point, _rounded: usize) -> ClipHandle {
        // Boxes are made as wide as their labels: nothing is clipped.
        0
    }
}

fn painted(look: &StyleAttr) -> String {
    let fill = look
        .fill_color
        .map_or("#ffffff".into(), |c| c.to_web_color());
    format!("fill=\"{fill}\" stroke=\"#222\"")
}

/// Text inside an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
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
