//! The terminal: whether there is one, its colours and its width.

use crate::ground::render::Colours;
use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use clap::builder::Styles;
use std::io::{self, IsTerminal, Write};

/// The width where no terminal tells one.
const USUAL_WIDTH: usize = 80;

/// The colours of help texts.
pub(super) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Writes all of a text to the standard output.
pub(super) fn put(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}

/// What is known of the terminal. Output is the same for everyone who has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// Whether the standard output is one.
    pub(super) out: bool,
    /// Whether the standard error is one.
    pub(super) err: bool,
    out_colour: bool,
    err_colour: bool,
    /// Columns.
    pub(super) width: usize,
}

impl Terminal {
    /// Looks at the standard streams, and at the variables by which people choose.
    pub(super) fn new(choice: ColorChoice) -> Terminal {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let colour = |auto: anstream::ColorChoice| match choice {
            ColorChoice::Auto => auto != anstream::ColorChoice::Never,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        Terminal {
            out,
            err,
            out_colour: colour(AutoStream::choice(&io::stdout())),
            err_colour: colour(AutoStream::choice(&io::stderr())),
            width: width(out),
        }
    }

    /// The colours of complaints on the standard output.
    pub(super) fn out_colours(&self) -> Colours {
        if self.out_colour {
            Colours::Ansi
        } else {
            Colours::Plain
        }
    }

    /// The colours of complaints on the standard error.
    pub(super) fn err_colours(&self) -> Colours {
        if self.err_colour {
            Colours::Ansi
        } else {
            Colours::Plain
        }
    }

    /// A text for the standard output in a colour.
    pub(super) fn paint(&self, text: &str, colour: AnsiColor, bold: bool) -> String {
        painted(self.out_colour, text, colour, bold)
    }

    /// A text for the standard error in a colour.
    pub(super) fn err_paint(&self, text: &str, colour: AnsiColor, bold: bool) -> String {
        painted(self.err_colour, text, colour, bold)
    }

    /// The same without colours on the standard output, for text that goes elsewhere.
    pub(super) fn plain(&self) -> Terminal {
        Terminal {
            out_colour: false,
            ..*self
        }
    }
}

fn painted(yes: bool, text: &str, colour: AnsiColor, bold: bool) -> String {
    match yes {
        // White is what text is anyway, and would be unseen on a white ground.
        true if colour == AnsiColor::White => styled(Style::new().bold(), text),
        true if bold => styled(colour.on_default().bold(), text),
        true => styled(colour.on_default(), text),
        false => text.to_owned(),
    }
}

fn styled(style: Style, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{style}{text}{style:#}")
    }
}

/// The width that the variable `COLUMNS` says, or the terminal, or the usual one.
fn width(terminal: bool) -> usize {
    let said = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let measured = || {
        let size = terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    };
    said.or_else(measured)
        .filter(|width| *width > 0)
        .unwrap_or(USUAL_WIDTH)
        .clamp(40, 400)
}
