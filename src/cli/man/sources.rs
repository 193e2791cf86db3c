//! The table of sources: what is known of each agent, and what is concluded.

use clap_mangen::roff::{Roff, bold, roman};

use super::super::sources::{NAMED_ALONE, home_of};
use crate::source::Source;

/// Adds the section to a page.
pub(super) fn section(page: &mut Roff) {
    page.control("SH", ["SOURCES"]);
    page.text([roman(
        "A transcript that is named on the command line is known by its first records; where two \
         sources fit, --source says which.",
    )]);
    for source in Source::ALL {
        let about = source.about();
        page.control("TP", []);
        page.text([bold(about.name)]);
        let place = match home_of(*source) {
            Some(home) => format!("in {home}"),
            None => NAMED_ALONE.to_owned(),
        };
        page.text([roman(format!("{}, {place}.", about.title))]);
        for (what, how) in about.knows.told() {
            page.control("br", []);
            page.text([roman(format!("{what}: {how}."))]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_stands_in_a_sentence() {
        let mut page = Roff::new();
        section(&mut page);
        let text = page.to_roff().replace('\\', "");
        for sentence in [
            "Agent Client Protocol, named on the command line alone.",
            "Claude Code, in ~/.claude.",
            "OpenClaw, in ~/.openclaw.",
        ] {
            assert!(text.contains(sentence), "{sentence}: {text}");
        }
    }
}
