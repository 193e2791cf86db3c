//! A resolver of the test's own, for one name: a library that stands before the system's.

use std::path::PathBuf;

use crate::service::rig::Home;
use crate::support::preload::library;

/// The one name; its addresses stand in a file, one a line. All else is the system's affair.
const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  resolve *system = (resolve *)dlsym(RTLD_NEXT, "getaddrinfo");
  const char *name = getenv("ADDRESSES_FILE");
  if (!node || !name || strcmp(node, "chat.test")) return system(node, service, hints, found);
  struct addrinfo *first = NULL, **last = &first;
  FILE *file = fopen(name, "re");
  char line[64];
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    struct addrinfo numeric = {0};
    if (hints) numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    if (system(line, service, &numeric, last) == 0)
      while (*last) last = &(*last)->ai_next;
  }
  if (file) fclose(file);
  *found = first;
  return first ? 0 : EAI_NONAME;
}
"#;

/// Where `chat.test` leads, for a program that is started with its variables.
pub struct Resolver {
    library: PathBuf,
    addresses: PathBuf,
}

impl Resolver {
    /// One that knows no address yet; `None`, and a printed line, where there is no compiler.
    pub fn new(home: &Home) -> Option<Self> {
        let library = library(home.dir.path(), "resolver", SOURCE)?;
        let addresses = home.write("addresses", "");
        Some(Self { library, addresses })
    }

    /// From now on the name leads there, to the first of them first.
    pub fn leads_to(&self, addresses: &[&str]) {
        // In one step: who reads it while it is written would see a part of them.
        let part = self.addresses.with_extension("part");
        std::fs::write(&part, addresses.join("\n")).expect("written");
        std::fs::rename(part, &self.addresses).expect("renamed");
    }

    /// The server's address by that name.
    pub fn url(&self, port: u16) -> String {
        format!("http://chat.test:{port}")
    }

    /// What a program needs in its environment.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let text = |path: &PathBuf| path.display().to_string();
        vec![
            ("LD_PRELOAD", text(&self.library)),
            ("ADDRESSES_FILE", text(&self.addresses)),
        ]
    }
}
