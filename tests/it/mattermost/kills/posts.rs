//! `post`, killed everywhere, with its memory and without.

use super::*;

#[test]
fn post_killed_before_any_request_goes_on_with_its_memory() {
    let how = (Moment::Before, Memory::Kept);
    killed_everywhere(how, false, play, again, Some(LAST));
}

#[test]
fn post_killed_after_any_request_goes_on_with_its_memory() {
    let how = (Moment::After, Memory::Kept);
    killed_everywhere(how, true, play, again, Some(LAST));
}

#[test]
fn post_killed_before_any_request_goes_on_without_a_memory() {
    let how = (Moment::Before, Memory::Lost);
    killed_everywhere(how, true, play, again, Some(LAST));
}

#[test]
fn post_killed_after_any_request_goes_on_without_a_memory() {
    let how = (Moment::After, Memory::Lost);
    killed_everywhere(how, false, play, again, Some(LAST));
}
