//! The rules by which a run is another agent's: which call started it, and how sure that is.
//!
//! A call that starts an agent of the run's family must be under way when the run begins. Then, in
//! the order of trust:
//!
//! 1. the command names the run's session: **proven**;
//! 2. the run was asked what the command says, in the directory it works in: **told**;
//! 3. the command does not show what it asks (a variable, a file, standard input), and the
//!    directory is the same: **possible**, and only where nothing else is as possible.
//!
//! What is asked otherwise, works elsewhere or began before or after is no child.

use super::launch::{Launch, join};
use crate::wire::time::Time;

/// A call whose end nobody saw is not waited for longer than this: 2 hours, in milliseconds.
const OPEN_MS: i64 = 2 * 3_600_000;

/// A part of a request that is shorter says nothing.
const TELLING: usize = 12;

/// How well a run fits a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    Possible,
    Told,
    Proven,
}

/// When a call was under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) started: Option<Time>,
    pub(super) ended: Option<Time>,
}

/// A run, as far as its own records tell.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) source: &'a str,
    pub(super) sid: &'a str,
    pub(super) cwd: Option<&'a str>,
    pub(super) request: &'a str,
    pub(super) started: Time,
}

/// Whether the run was started by `launch`, made by a call of `span`.
pub(super) fn fit(launch: &Launch, span: Span, run: &Asked<'_>) -> Fit {
    if launch.source != run.source || !covers(span, run.started) {
        return Fit::No;
    }
    if launch.arguments.iter().any(|word| word == run.sid) {
        return Fit::Proven;
    }
    let cwd = run.cwd.and_then(|cwd| join(None, cwd));
    let here = match (&launch.cwd, cwd) {
        (Some(launch), Some(run)) => Some(*launch == run),
        _ => None,
    };
    match (here, asks(launch, run.request)) {
        (Some(false), _) | (_, Some(false)) | (None, None) => Fit::No,
        (_, Some(true)) => Fit::Told,
        (Some(true), None) => Fit::Possible,
    }
}

fn covers(span: Span, at: Time) -> bool {
    let Some(started) = span.started else {
        return false;
    };
    let until = span.ended.unwrap_or_else(|| started.plus_ms(OPEN_MS));
    started <= at && at <= until
}

/// Whether the command asks for `request`; `None` where it does not show what it asks for.
fn asks(launch: &Launch, request: &str) -> Option<bool> {
    let request = plain(request);
    let words = launch.arguments.iter().map(|word| plain(word));
    let same = |word: &String| {
        let telling = word.len() >= TELLING && request.contains(word.as_str());
        // Standard input may come behind it, and a long one is cut.
        let cut = request.len() >= TELLING && word.starts_with(request.as_str());
        *word == request || telling || cut
    };
    let mut asked = words.clone().filter(|word| !word.starts_with('-'));
    if !request.is_empty() && asked.any(|word| same(&word)) {
        return Some(true);
    }
    // One word may be the value of an option; several are what is asked for.
    let shows = words.into_iter().any(|word| word.contains(' '));
    (launch.fixed && shows).then_some(false)
}

/// `text` with single spaces.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn launch(arguments: &[&str], fixed: bool, cwd: Option<&str>) -> Launch {
        Launch {
            source: "claude",
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            fixed,
            cwd: cwd.map(str::to_owned),
        }
    }

    const RUN: Asked<'static> = Asked {
        source: "claude",
        sid: "5f3c1a70-8d1e-4c55-9a11-0b6d2f7e9c01",
        cwd: Some("/w/app"),
        request: "Fix the  tests\nin app",
        started: Time(10_000),
    };

    fn span(started: i64, ended: Option<i64>) -> Span {
        Span {
            started: Some(Time(started)),
            ended: ended.map(Time),
        }
    }

    #[test]
    fn a_run_is_a_child_by_what_records_show_and_a_look_alike_is_none() {
        use Fit::{No, Possible, Proven, Told};
        let (here, during) = (Some("/w/app"), span(9_000, Some(20_000)));
        let asked = ["-p", "Fix the tests in app"];
        let by_id = ["-p", "--session-id", RUN.sid, "x"];
        let cases = [
            ("asked so", launch(&asked, true, here), during, Told),
            (
                "still under way",
                launch(&asked, true, here),
                span(9_000, None),
                Told,
            ),
            (
                "by its id",
                launch(&by_id, true, Some("/v")),
                during,
                Proven,
            ),
            (
                "asked otherwise",
                launch(&["-p", "Do more work"], true, here),
                during,
                No,
            ),
            ("elsewhere", launch(&asked, true, Some("/w")), during, No),
            (
                "nobody says where",
                launch(&asked, true, None),
                during,
                Told,
            ),
            (
                "too early",
                launch(&asked, true, here),
                span(10_001, None),
                No,
            ),
            (
                "too late",
                launch(&asked, true, here),
                span(1, Some(9_999)),
                No,
            ),
            (
                "by id, too late",
                launch(&by_id, true, here),
                span(1, Some(2)),
                No,
            ),
            (
                "given up",
                launch(&asked, true, here),
                span(-OPEN_MS, None),
                No,
            ),
            (
                "a variable",
                launch(&["-p", "$TASK"], false, here),
                during,
                Possible,
            ),
            (
                "standard input",
                launch(&["-p"], true, here),
                during,
                Possible,
            ),
            (
                "with a model",
                launch(&["-p", "--model", "opus"], true, here),
                during,
                Possible,
            ),
            (
                "a variable elsewhere",
                launch(&["-p", "$TASK"], false, None),
                during,
                No,
            ),
            ("no time", launch(&asked, true, here), Span::default(), No),
        ];
        for (why, launch, span, want) in cases {
            assert_eq!(fit(&launch, span, &RUN), want, "{why}: {launch:?}");
        }
        let other = Asked {
            source: "codex",
            ..RUN
        };
        assert_eq!(fit(&launch(&asked, true, here), during, &other), No);
    }

    proptest! {
        #[test]
        fn nothing_outside_the_span_and_nothing_elsewhere_is_ever_a_child(
            request in "[a-z \n]{0,40}",
            words in prop::collection::vec("[a-z -]{0,20}", 0..4),
            fixed: bool,
            started in 0i64..100,
            length in 0i64..100,
            at in -100i64..300,
            cwd in prop::option::of(prop::sample::select(vec!["/w", "/w/", "/v"])),
        ) {
            let run = Asked { cwd, request: &request, started: Time(at), ..RUN };
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let launch = launch(&words, fixed, Some("/w"));
            let span = span(started, Some(started + length));
            let fit = fit(&launch, span, &run);
            let inside = (started..=started + length).contains(&at);
            prop_assert!(inside || fit == Fit::No);
            prop_assert!(cwd != Some("/v") || fit == Fit::No);
            prop_assert!(cwd.is_some() || fit != Fit::Possible);
        }
    }
}
