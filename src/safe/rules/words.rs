//! Finds the words of the rules: every one, at every place, in any case.
//!
//! Three bytes of a text mostly tell that no word begins with them, and four nearly
//! always. They are looked up in tables, each place on its own, while an automaton of
//! so many words would wait for one far load after the other; the tables are small
//! enough to stay near.

/// Bits that are kept of a byte.
const CLASS_BITS: u32 = 5;
const CLASSES: usize = 1 << CLASS_BITS;
/// Pairs of bytes in a row.
const PAIRS: usize = CLASSES.pow(2);

/// A word in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The word's number.
    pub(super) word: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A word's number, and its first bytes with the bit set that makes letters small.
///
/// Texts that differ in these differ; two characters that are no letters may be alike in them.
#[derive(Clone, Copy)]
struct Begin {
    word: u16,
    mask: u64,
    bytes: u64,
}

/// The bit that makes a letter small, in each of eight bytes.
const SMALL: u64 = u64::from_ne_bytes([0x20; 8]);

/// Words in lower case, by how they begin.
pub(super) struct Words {
    words: Vec<&'static str>,
    /// By the first two bytes: one bit for each class of a third.
    thirds: Box<[u32; PAIRS]>,
    /// By the first two bytes: where the first of their threes stands.
    first_three: Box<[u16; PAIRS]>,
    /// By three bytes, one behind the other.
    threes: Vec<Three>,
    /// The words by those. One of two bytes has many threes.
    keyed: Vec<Begin>,
}

/// What there is of words that begin with three bytes.
struct Three {
    /// One bit for each class of a fourth byte.
    fourths: u32,
    /// Where the words begin and end.
    words: (u16, u16),
}

impl Words {
    /// Numbers the words from 0.
    pub(super) fn new(words: Vec<&'static str>) -> Self {
        let mut keyed: Vec<(usize, u16)> = (0..)
            .zip(&words)
            .flat_map(|(number, word)| keys(word.as_bytes()).map(move |key| (key, number)))
            .collect();
        keyed.sort_unstable();
        let mut thirds = Box::new([0; PAIRS]);
        let mut first_three = Box::new([0; PAIRS]);
        let mut threes: Vec<Three> = Vec::new();
        let mut at = 0;
        for same in keyed.chunk_by(|one, other| one.0 == other.0) {
            let (key, next) = (same[0].0, at + same.len() as u16);
            let pair = key / CLASSES;
            if thirds[pair] == 0 {
                first_three[pair] = threes.len() as u16;
            }
            thirds[pair] |= 1 << (key % CLASSES);
            let fourth = |word: u16| words[usize::from(word)].as_bytes().get(3);
            let bits = same.iter().map(|&(_, word)| bit(fourth(word)));
            threes.push(Three {
                fourths: bits.fold(0, |all, bit| all | bit),
                words: (at, next),
            });
            at = next;
        }
        let begin = |(_, word): (usize, u16)| {
            let (mut mask, mut bytes) = ([0; 8], [0; 8]);
            for (at, letter) in words[usize::from(word)].bytes().take(8).enumerate() {
                (mask[at], bytes[at]) = (u8::MAX, letter | 0x20);
            }
            let [mask, bytes] = [mask, bytes].map(u64::from_ne_bytes);
            Begin { word, mask, bytes }
        };
        Self {
            keyed: keyed.into_iter().map(begin).collect(),
            words,
            thirds,
            first_three,
            threes,
        }
    }

    /// Calls `each` on every word in `text` that begins in its first `head` bytes,
    /// overlapping ones too: those that end first come first, of these the longest.
    pub(super) fn find(&self, text: &[u8], head: usize, mut each: impl FnMut(Hit)) {
        let mut waiting = Vec::new();
        let looked_at = &text[..text.len().min(head.saturating_add(2))];
        let mut start = 0;
        // Four places at a time: mostly no word begins at any, and nothing more is asked.
        while let Some(&[a, b, c, d, e, f]) = looked_at[start..].first_chunk() {
            let (one, two) = (self.may_begin(a, b, c), self.may_begin(b, c, d));
            let (three, four) = (self.may_begin(c, d, e), self.may_begin(d, e, f));
            if one | two | three | four != 0 {
                for (start, may) in (start..).zip([one, two, three, four]) {
                    if may != 0 {
                        self.begun(text, start, &mut waiting, &mut each);
                    }
                }
            }
            start += 4;
        }
        for start in start..text.len().min(head) {
            // Short words may stand at the end.
            let next = text[start..].first_chunk();
            if next.is_none_or(|&[a, b, c]| self.may_begin(a, b, c) != 0) {
                self.begun(text, start, &mut waiting, &mut each);
            }
        }
        waiting.into_iter().for_each(each);
    }

    /// Not zero where a word may begin with these bytes.
    #[inline(always)]
    fn may_begin(&self, first: u8, second: u8, third: u8) -> u32 {
        self.thirds[pair(first, second)] & BIT[usize::from(third)]
    }

    /// Looks at the words that may begin at `start`.
    fn begun(&self, text: &[u8], start: usize, waiting: &mut Vec<Hit>, each: &mut impl FnMut(Hit)) {
        let byte = |at: usize| text.get(start + at).copied().unwrap_or_default();
        let (pair, third) = (pair(byte(0), byte(1)), BIT[usize::from(byte(2))]);
        let thirds = self.thirds[pair];
        if thirds & third == 0 {
            return;
        }
        let before = (thirds & (third - 1)).count_ones() as usize;
        let three = &self.threes[usize::from(self.first_three[pair]) + before];
        if three.fourths & bit(text.get(start + 3)) == 0 {
            return;
        }
        let (first, end) = three.words;
        let text8 = text[start..].first_chunk().copied().unwrap_or_else(|| {
            let mut rest = [0; 8];
            rest[..text.len() - start].copy_from_slice(&text[start..]);
            rest
        });
        let small = u64::from_ne_bytes(text8) | SMALL;
        let begun = &self.keyed[usize::from(first)..usize::from(end)];
        for begin in begun.iter().filter(|it| small & it.mask == it.bytes) {
            let word = usize::from(begin.word);
            let letters = self.words[word].as_bytes();
            let end = start + letters.len();
            let there = text.get(start..end);
            if there.is_some_and(|there| there.eq_ignore_ascii_case(letters)) {
                // No later hit ends before it starts: few have to wait for their turn.
                let ready = waiting.partition_point(|hit| hit.end <= start);
                waiting.drain(..ready).for_each(&mut *each);
                let place = waiting.partition_point(|hit| hit.end <= end);
                waiting.insert(place, Hit { word, start, end });
            }
        }
    }
}

/// The keys of all texts that begin with `word`: the classes of their first three bytes.
fn keys(word: &[u8]) -> impl Iterator<Item = usize> {
    let head = word.iter().take(3);
    let open = (head.len()..3).fold(1, |open, _| open * CLASSES);
    let key = head.fold(0, |key, &byte| key * CLASSES + usize::from(class(byte)));
    (0..open).map(move |rest| key * open + rest)
}

/// The number of two bytes in a row.
#[inline(always)]
fn pair(first: u8, second: u8) -> usize {
    (usize::from(class(first)) << CLASS_BITS | usize::from(class(second))) % PAIRS
}

/// The bit of a byte's class; all where there is none.
fn bit(byte: Option<&u8>) -> u32 {
    byte.map_or(u32::MAX, |&byte| BIT[usize::from(byte)])
}

fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// Classes of bytes: a letter in either case has one of its own, and so has what
/// is common in texts or stands for a word alone.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            letter @ b'a'..=b'z' => letter - b'a' + 1,
            letter @ b'A'..=b'Z' => letter - b'A' + 1,
            b'0'..=b'9' => 27,
            b'-' | b'_' => 28,
            b'.' | b':' | b'/' => 29,
            b'|' => 30,
            b' ' => 31,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// The bit of each byte's class.
const BIT: [u32; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bits[byte] = 1 << CLASS[byte];
        byte += 1;
    }
    bits
};

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::*;
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn automaton() -> &'static AhoCorasick {
        static AUTOMATON: OnceLock<AhoCorasick> = OnceLock::new();
        AUTOMATON.get_or_init(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&Rules::shared().words.words)
                .expect("an automaton")
        })
    }

    fn hits(words: &Words, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        words.find(text.as_bytes(), usize::MAX, |hit| hits.push(hit));
        hits
    }

    #[test]
    fn words_that_share_bytes_are_all_found() {
        let words = Words::new(vec!["pass", "passw", "|", "sk", "assword", "s|"]);
        let found: Vec<_> = hits(&words, "PassWord|sk")
            .into_iter()
            .map(|hit| (words.words[hit.word], hit.start))
            .collect();
        assert_eq!(
            found,
            [
                ("pass", 0),
                ("passw", 0),
                ("assword", 1),
                ("|", 8),
                ("sk", 9)
            ]
        );
        assert_eq!(hits(&words, "pas"), []);
        assert_eq!(hits(&words, ""), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_finds_what_an_automaton_finds_in_its_order(
            parts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>(), "[ -~é\u{0}]{0,2}"), 0..12),
            head in any::<prop::sample::Index>(),
        ) {
            let words = &Rules::shared().words;
            let mut text = String::new();
            for (word, cut, upper, between) in parts {
                let word = words.words[word.index(words.words.len())];
                let part = &word[..=cut.index(word.len())];
                text += &if upper { part.to_ascii_uppercase() } else { part.to_owned() };
                text += &between;
            }
            let want: Vec<Hit> = automaton()
                .find_overlapping_iter(&text)
                .map(|hit| Hit { word: hit.pattern().as_usize(), start: hit.start(), end: hit.end() })
                .collect();
            prop_assert_eq!(hits(words, &text), &want[..], "{:?}", text);
            let head = head.index(text.len() + 1);
            let of_head = |hits: Vec<Hit>| -> Vec<Hit> {
                hits.into_iter().filter(|hit| hit.start < head).collect()
            };
            let mut found = Vec::new();
            words.find(text.as_bytes(), head, |hit| found.push(hit));
            prop_assert_eq!(of_head(found), of_head(want), "{:?} up to {}", text, head);
        }
    }
}
