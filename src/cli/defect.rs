//! What is said of a defect of our own: where it is, and never what it was found in.
//!
//! A message that is made up as the program fails may quote what it read, as a cut through the middle
//! of a letter quotes the whole text; only what stands in our own sources is said.

use std::panic::PanicHookInfo;

use super::args::complain;

/// From now on a defect is said so. Builds for tests say all there is.
pub(super) fn say_where() {
    if !cfg!(debug_assertions) {
        std::panic::set_hook(Box::new(|info| complain(told(info))));
    }
}

fn told(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(ToString::to_string);
    words(
        place,
        info.payload().downcast_ref::<&'static str>().copied(),
    )
}

fn words(place: Option<String>, message: Option<&'static str>) -> String {
    let place = place.unwrap_or_else(|| "a place unknown".to_owned());
    let message = message.map(|message| format!(" ({message})"));
    format!(
        "failed at {place}{}, which is a defect in live-status; please report this line",
        message.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_is_named_by_its_place_and_our_own_words_alone() {
        let place = Some("src/view/fold.rs:12:9".to_owned());
        let cases = [
            (
                place.clone(),
                Some("no step"),
                "failed at src/view/fold.rs:12:9 (no step), ",
            ),
            (place, None, "failed at src/view/fold.rs:12:9, "),
            (None, None, "failed at a place unknown, "),
        ];
        for (place, message, want) in cases {
            let told = words(place, message);
            assert!(told.starts_with(want), "{told}");
        }
    }
}
