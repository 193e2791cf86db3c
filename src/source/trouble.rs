//! What the words of an error tell: whether it passes by itself.

/// Whether the service wants to be paid first, or to be left alone for hours.
///
/// The words are those of Anthropic's, OpenAI's and Google's answers.
pub(super) fn is_quota(message: &str) -> bool {
    const WORDS: [&str; 7] = [
        "usage limit",
        "hit your limit",
        "limit reached",
        "insufficient_quota",
        "exceeded your current quota",
        "credit balance is too low",
        "out of credits",
    ];
    has(message, &WORDS)
}

/// Whether a program would try again: the service is busy, slow or away.
pub(super) fn is_passing(message: &str) -> bool {
    const WORDS: [&str; 16] = [
        "overloaded",
        "rate limit",
        "rate_limit",
        "too many requests",
        "429",
        "500",
        "502",
        "503",
        "504",
        "529",
        "service unavailable",
        "internal error",
        "server error",
        "connection",
        "fetch failed",
        "timed out",
    ];
    !is_quota(message) && has(message, &WORDS)
}

fn has(message: &str, words: &[&str]) -> bool {
    let message = message.to_ascii_lowercase();
    words.iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_kind_of_trouble_it_is() {
        for (message, quota, passing) in [
            ("529 Overloaded", false, true),
            ("You have hit your ChatGPT usage limit (429)", true, false),
            ("Connection error.", false, true),
            ("prompt is too long", false, false),
        ] {
            assert_eq!(is_quota(message), quota, "{message}");
            assert_eq!(is_passing(message), passing, "{message}");
        }
    }
}
