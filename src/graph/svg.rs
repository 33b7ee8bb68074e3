//! A picture as SVG, laid out by `layout-rs` and written here: the same picture is the same text,
//! it is as large as what is drawn, and a word on an arrow stands in the line.

use super::draw::{Drawn, Picture};
use super::node::Class;
use crate::ground::render::visible;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::collections::BTreeMap;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

const FONT: usize = 14;
/// The size of the words on arrows.
const SMALL: usize = 12;
/// The colours that the style gives: of boxes, and of facts, which alone are round.
const SAID: [&str; 2] = ["#ffffffff", "#e8f1fbff"];
/// What is left white around the picture.
const MARGIN: f64 = 16.0;
/// How far a curve may be from a straight line that is drawn in its place.
const NEAR: f64 = 3.0;
/// The width of a narrow character in points, a little more than it takes.
const CHARACTER: f64 = 8.5;

/// How shapes look; a page that holds pictures says so in its own style sheet.
const STYLE: &str = "\
text { font: 14px sans-serif; text-anchor: middle; }
.box, rect, ellipse { stroke: #222; fill: #fff; }
ellipse { fill: #e8f1fb; }
.paper { stroke: none; fill: #fff; }
.word { font-size: 12px; fill: #444; }
.arrow { fill: none; stroke: #444; }
";

/// The head of an arrow, which a page holds once for all its pictures.
pub(super) const HEAD: &str = "<marker id=\"head\" markerWidth=\"8\" markerHeight=\"6\" \
                               refX=\"8\" refY=\"3\" orient=\"auto\">\
                               <polygon points=\"0 0, 8 3, 0 6\" fill=\"#444\"/></marker>";

/// The picture as a file of its own.
pub(super) fn svg(picture: &Picture) -> String {
    paper(picture, "").file()
}

/// The picture as part of a page: no style of its own, and names that begin with `prefix`.
pub(super) fn inline(picture: &Picture, prefix: &str, label: &str) -> String {
    paper(picture, prefix).inline(label)
}

/// Lays the picture out from left to right.
fn paper(picture: &Picture, prefix: &str) -> Paper {
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
    let mut paper = Paper {
        prefix: prefix.to_owned(),
        ..Paper::default()
    };
    graph.do_it(false, false, false, &mut paper);
    paper
}

/// What is drawn so far, and how far it reaches to the right and down.
#[derive(Default)]
struct Paper {
    /// What the names of its parts begin with.
    prefix: String,
    /// Plain boxes by what fills them: all of one colour are one path.
    boxes: BTreeMap<String, String>,
    shapes: String,
    arrows: String,
    /// The words on arrows.
    words: String,
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

    /// Where it begins and how large it is.
    fn frame(&self) -> (f64, f64, f64, f64) {
        let (near, far) = self.corners.unwrap_or((Point::zero(), Point::zero()));
        let (x, y) = (near.x - MARGIN, near.y - MARGIN);
        (x, y, far.x - x + MARGIN, far.y - y + MARGIN)
    }

    fn opened(&self, more: &str) -> String {
        let (x, y, width, height) = self.frame();
        format!(
            "<svg{more} width=\"{}\" height=\"{}\" viewBox=\"{} {} {} {}\">",
            n(width),
            n(height),
            n(x),
            n(y),
            n(width),
            n(height)
        )
    }

    fn body(&self) -> String {
        let boxes = self
            .boxes
            .iter()
            .map(|(fill, path)| format!("<path class=\"box\"{fill} d=\"{path}\"/>\n"));
        format!(
            "<g class=\"arrow\" marker-end=\"url(#head)\">\n{}</g>\n{}{}{}</svg>\n",
            self.arrows,
            self.words,
            boxes.collect::<String>(),
            self.shapes
        )
    }

    fn file(&self) -> String {
        let (x, y, width, height) = self.frame();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n<style>\n{STYLE}</style>\n\
             <defs>{HEAD}</defs>\n\
             <rect class=\"paper\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n{}",
            self.opened(" xmlns=\"http://www.w3.org/2000/svg\""),
            n(x),
            n(y),
            n(width),
            n(height),
            self.body()
        )
    }

    fn inline(&self, label: &str) -> String {
        // A page may make it smaller, but not so small that nobody can read it.
        let (.., width, _) = self.frame();
        let more = format!(
            " role=\"img\" aria-label=\"{}\" style=\"min-width:{}px\"",
            escaped(label),
            n(width * 0.8)
        );
        format!("{}\n{}", self.opened(&more), self.body())
    }
}

/// A coordinate in whole points.
fn n(at: f64) -> String {
    let text = format!("{at:.0}");
    match text.as_str() {
        "-0" => "0".to_owned(),
        _ => text,
    }
}

/// A line in the fewest words: whole points, each step from where the last one ended.
struct Pen {
    line: String,
    at: (i64, i64),
    /// Whether the last piece was a curve, which the next one can go on from.
    curved: bool,
    /// The step to where the next curve's first handle is when it goes on smoothly.
    smooth: (i64, i64),
}

impl Pen {
    fn at(start: Point) -> Pen {
        let at = whole(start);
        Pen {
            line: format!("M{} {}", at.0, at.1),
            at,
            curved: false,
            smooth: (0, 0),
        }
    }

    /// A curve by its handles and its end. Without a first handle it goes on smoothly.
    fn curve(&mut self, leaving: Option<Point>, entering: Point, end: Point) {
        let from = self.at;
        let step = |point: Point| {
            let (x, y) = whole(point);
            (x - from.0, y - from.1)
        };
        let (second, last) = (step(entering), step(end));
        let first = leaving.map_or(self.smooth, step);
        self.at = (from.0 + last.0, from.1 + last.1);
        self.smooth = (last.0 - second.0, last.1 - second.1);
        if is_straight(first, last) && is_straight(second, last) {
            self.curved = false;
            let (x, y) = last;
            // A sign parts numbers as well as a blank does.
            let part = if y < 0 { "" } else { " " };
            self.line.push_str(&match y {
                0 => format!("h{x}"),
                _ => format!("l{x}{part}{y}"),
            });
            return;
        }
        let known = leaving.is_none() && self.curved;
        self.curved = true;
        let steps: &[(i64, i64)] = match known {
            true => &[second, last],
            false => &[first, second, last],
        };
        self.line.push(if known { 's' } else { 'c' });
        for (n, step) in steps.iter().flat_map(|(x, y)| [x, y]).enumerate() {
            if n > 0 && *step >= 0 {
                self.line.push(' ');
            }
            self.line.push_str(&step.to_string());
        }
    }
}

/// Whether a handle is so near the straight way to the end that nobody would see the curve.
fn is_straight(handle: (i64, i64), end: (i64, i64)) -> bool {
    let across = (handle.0 * end.1 - handle.1 * end.0).abs() as f64;
    let length = ((end.0.pow(2) + end.1.pow(2)) as f64).sqrt();
    across <= length * NEAR
}

/// A point in whole points, which is as fine as anybody sees.
fn whole(point: Point) -> (i64, i64) {
    (point.x.round() as i64, point.y.round() as i64)
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
        if look.rounded == 0 {
            let (x, y) = whole(at);
            let (w, h) = whole(size);
            let path = self.boxes.entry(painted(look)).or_default();
            path.push_str(&format!("M{x} {y}h{w}v{h}h-{w}z"));
            return;
        }
        let _ = writeln!(
            self.shapes,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"{}/>",
            n(at.x),
            n(at.y),
            n(size.x),
            n(size.y),
            look.rounded,
            painted(look)
        );
    }

    fn draw_line(&mut self, start: Point, stop: Point, _look: &StyleAttr, _: Option<String>) {
        self.reaches(start.x, start.y);
        self.reaches(stop.x, stop.y);
        let _ = writeln!(
            self.shapes,
            "<path class=\"arrow\" d=\"M{} {}L{} {}\"/>",
            n(start.x),
            n(start.y),
            n(stop.x),
            n(stop.y)
        );
    }

    fn draw_circle(&mut self, at: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        let (across, down) = (size.x / 2.0, size.y / 2.0);
        self.reaches(at.x - across, at.y - down);
        self.reaches(at.x + across, at.y + down);
        let _ = writeln!(
            self.shapes,
            "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"{}/>",
            n(at.x),
            n(at.y),
            n(across),
            n(down),
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
                "<rect class=\"paper\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                n(at.x - wide / 2.0),
                n(at.y - high / 2.0),
                n(wide),
                n(high)
            );
        }
        // A third of the letters' height below the middle, the line that letters stand on.
        let _ = writeln!(
            self.shapes,
            "<text{class} x=\"{}\" y=\"{}\">{}</text>",
            n(at.x),
            n(at.y + FONT as f64 / 3.0),
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
        let mut pen = Pen::at(*start);
        pen.curve(Some(*leaving), *entering, *second);
        for (a, b) in rest {
            pen.curve(None, *a, *b);
        }
        let line = pen.line;
        let prefix = &self.prefix;
        if text.is_empty() {
            let _ = writeln!(self.arrows, "<path d=\"{line}\"/>");
            return;
        }
        self.paths += 1;
        let number = self.paths;
        let _ = writeln!(
            self.arrows,
            "<path id=\"{prefix}arrow{number}\" d=\"{line}\"/>"
        );
        let _ = writeln!(
            self.words,
            "<text class=\"word\" dy=\"-4\"><textPath href=\"#{prefix}arrow{number}\" \
             startOffset=\"50%\">{}</textPath></text>",
            escaped(text)
        );
    }

    fn create_clip(&mut self, _at: Point, _size: Point, _rounded: usize) -> ClipHandle {
        // Boxes are made as wide as their labels: nothing is clipped.
        0
    }
}

/// What fills a shape, where the style does not say it already.
fn painted(look: &StyleAttr) -> String {
    match look.fill_color.map(|colour| colour.to_web_color()) {
        None => String::new(),
        Some(colour) if SAID.contains(&colour.to_ascii_lowercase().as_str()) => String::new(),
        Some(colour) => format!(" style=\"fill:{colour}\""),
    }
}

/// Text inside an element or an attribute; what a reader would obey or hide is made visible.
fn escaped(text: &str) -> String {
    visible(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
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
        0
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
