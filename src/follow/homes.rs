//! The places that a layout's files are at.

use std::ffi::OsStr;
use std::path::Path;

use super::cabinet;
use super::layout::{Files, Layout, Shape, named};
use super::place::Home;

impl Files {
    /// The places below `path`.
    pub(super) fn homes<'a>(
        &'static self,
        layout: &'a Layout,
        path: &Path,
        skip: usize,
    ) -> impl Iterator<Item = Home> + 'a {
        let folders = self.folders_below(path, skip).into_iter();
        folders.filter_map(move |folder| {
            let home = Home {
                source: layout.source,
                files: Some(self),
                parent: self.parent.and_then(|up| named(&folder, up)),
                ..Home::nowhere()
            };
            match self.shape {
                Shape::Store { before } => Some(Home {
                    store: Some(folder.join(self.name)),
                    cabinet: Some(folder.join(before)),
                    ..home
                }),
                Shape::Cabinet => {
                    let project = folder.file_name().map(OsStr::to_owned);
                    Some(Home {
                        cabinet: Some(cabinet::above(&folder)?),
                        only: project.filter(|_| skip == self.folders.len()),
                        ..home
                    })
                }
                Shape::Lines | Shape::Packed | Shape::Document => Some(Home {
                    sessions: Some(folder),
                    ..home
                }),
            }
        })
    }
}
