//! A secret that cannot be printed.

use std::fmt;

use zeroize::Zeroizing;

/// A token or a password: its `Debug` says nothing, and its memory is wiped when it goes.
///
/// There is no `Display` and no serialiser: it leaves only by [`Secret::expose`],
/// which the one place that sends it calls.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `text`, without the white space around it; `None` where nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text itself, for whoever sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_printed() {
        let secret = Secret::new(" canary \n").expect("not empty");
        assert_eq!(secret.expose(), "canary");
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "(redacted) Some(\n    (redacted),\n)"
        );
        assert_eq!(Secret::new(" \n"), None);
    }
}
