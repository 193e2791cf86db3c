//! Counts and prices as people read them, the same in every place that shows them.

/// `1 tool`, `5 tools`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// `950 tokens`, `12.4k tokens`, `1.2M tokens`.
#[must_use]
pub fn tokens(number: u64) -> String {
    let tenth = |unit: u64| (number / (unit / 10)) as f64 / 10.0;
    match number {
        0..=999 => count(number, "token"),
        1_000..=999_999 => format!("{:.1}k tokens", tenth(1_000)),
        1_000_000..=999_999_999 => format!("{:.1}M tokens", tenth(1_000_000)),
        _ => format!("{:.1}G tokens", tenth(1_000_000_000)),
    }
}

/// `$0.08`; nothing where it is too little to say.
#[must_use]
pub fn cost(usd: f64) -> Option<String> {
    if usd >= 0.01 {
        Some(format!("${usd:.2}"))
    } else {
        (usd >= 0.0005).then(|| format!("${usd:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_short_and_are_never_rounded_up() {
        let cases = [
            (1, "1 token"),
            (950, "950 tokens"),
            (12_499, "12.4k tokens"),
            (999_999, "999.9k tokens"),
            (1_250_000, "1.2M tokens"),
        ];
        for (number, want) in cases {
            assert_eq!(tokens(number), want, "{number}");
        }
        let cases = [
            (0.0, None),
            (0.0004, None),
            (0.004, Some("$0.004")),
            (0.08, Some("$0.08")),
        ];
        for (usd, want) in cases {
            assert_eq!(cost(usd).as_deref(), want, "{usd}");
        }
    }
}
