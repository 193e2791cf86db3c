//! Which events a person asked for: by type, by cause and by time.

use std::collections::{HashMap, HashSet};

use regex::Regex;

use super::failure::Failure;
use crate::wire::event::{Body, Cause, Event, Name};
use crate::wire::time::Time;

/// Which events go out.
#[derive(Debug, Default)]
pub(super) struct Filter {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
    causes_out: HashSet<String>,
    causes_only: HashSet<String>,
    since: Option<Time>,
    runs: HashMap<(Option<Name>, Name), Cause>,
}

impl Filter {
    /// Reads KINDs: a type as `tool.start`, a glob as `tool.*`, or a cause as `cron`.
    pub(super) fn new(
        include: &[String],
        exclude: &[String],
        since: Option<Time>,
    ) -> Result<Self, Failure> {
        let mut filter = Self {
            since,
            ..Self::default()
        };
        for kind in include {
            if Cause::KNOWN.contains(&kind.as_str()) {
                filter.causes_only.insert(kind.clone());
            } else {
                filter.include.push(known(kind)?);
            }
        }
        for kind in exclude {
            if Cause::KNOWN.contains(&kind.as_str()) {
                filter.causes_out.insert(kind.clone());
            } else {
                filter.exclude.push(known(kind)?);
            }
        }
        Ok(filter)
    }

    /// Whether the event goes out.
    pub(super) fn takes(&mut self, event: &Event) -> bool {
        if let (Some(since), Some(ts)) = (self.since, event.ts)
            && ts < since
        {
            return false;
        }
        let by_cause = !self.causes_only.is_empty() || !self.causes_out.is_empty();
        if by_cause && let Some(run) = &event.run {
            let key = (event.sid.clone(), run.clone());
            if let Body::RunStart(start) = &event.body
                && start.continues.is_none()
            {
                self.runs.insert(key.clone(), start.cause.clone());
            }
            if let Some(cause) = self.runs.get(&key).map(Cause::as_str)
                && (self.causes_out.contains(cause)
                    || (!self.causes_only.is_empty() && !self.causes_only.contains(cause)))
            {
                return false;
            }
        }
        let kind = event.body.kind();
        let included =
            self.include.is_empty() || self.include.iter().any(|glob| glob.is_match(kind));
        included && !self.exclude.iter().any(|glob| glob.is_match(kind))
    }
}

/// A glob over event types that matches at least one.
fn known(kind: &str) -> Result<Regex, Failure> {
    let regex = glob(kind)?;
    if Body::KINDS.iter().any(|name| regex.is_match(name)) {
        return Ok(regex);
    }
    Err(
        Failure::usage(format!("no event is of kind {kind:?}")).hint(format!(
            "kinds are {}; or a cause: {}",
            Body::KINDS.join(", "),
            Cause::KNOWN.join(", ")
        )),
    )
}

/// A glob with `*` and `?` as a regular expression over the whole text, without regard to case.
pub(super) fn glob(pattern: &str) -> Result<Regex, Failure> {
    let mut text = String::from("(?is)^");
    for letter in pattern.chars() {
        match letter {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            other => text.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    Regex::new(&text)
        .map_err(|error| Failure::usage(format!("the pattern {pattern:?} cannot be used: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_types_globs_or_causes() {
        assert!(Filter::new(&["tool.*".into(), "cron".into()], &["usage".into()], None).is_ok());
        let error = Filter::new(&["tols".into()], &[], None).expect_err("no such kind");
        assert!(error.to_string().contains("tols"), "{error}");
    }

    #[test]
    fn globs_match_whole_names() {
        for (pattern, text, want) in [
            ("agent:*:main", "agent:Ops:main", true),
            ("main", "agent:ops:main", false),
            ("a?c", "abc", true),
            ("a.c", "abc", false),
        ] {
            assert_eq!(
                glob(pattern).expect("a pattern").is_match(text),
                want,
                "{pattern} {text}"
            );
        }
    }
}
