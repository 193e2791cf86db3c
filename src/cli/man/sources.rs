//! The table of sources: what is known of each agent, and what is concluded.

use clap_mangen::roff::{Roff, bold, roman};

use super::super::sources::place_of;
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
        page.text([roman(format!("{}, in {}.", about.title, place_of(*source)))]);
        for (what, how) in about.knows.told() {
            page.control("br", []);
            page.text([roman(format!("{what}: {how}."))]);
        }
    }
}
