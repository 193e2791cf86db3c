//! Every rule about the lines of an OpenClaw transcript, in both eras of storage.

mod runs;
