//! stub
use super::*;
use std::time::Instant;
/// w
#[derive(Clone)]
pub struct Waker;
impl Waker {
    /// w
    pub fn wake(&self) {}
}
impl Follower {
    /// w
    pub fn watch(&mut self) -> Result<(), std::io::Error> {
        Ok(())
    }
    /// w
    pub fn waker(&self) -> Waker {
        Waker
    }
    /// w
    pub fn wait(&mut self, _: Option<Instant>) -> Vec<Change> {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let mut v = Vec::new();
        std::mem::swap(&mut v, &mut self.scan(&mut |_, _| {}));
        v
    }
}
