//! Older records, packed block by block, outside memory.
//!
//! Owns the temporary file they are in, which has no name and goes with the last trace that it is for, and the blocks of it that
//! were read last. Clones share a file: what stands in it does not change, a block that changes is written anew at
//! its end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::trace::file::{Run, pack, unpack_run};
use crate::trace::record::Record;

/// So many blocks are held unpacked.
const UNPACKED: usize = 8;

/// Blocks of records, in order.
#[derive(Clone, Default)]
pub(super) struct Old {
    blocks: Vec<Block>,
    shelf: Arc<Mutex<Shelf>>,
}

/// Where a block stands.
#[derive(Clone)]
struct Block {
    /// Where it begins in the file; no other block of the file begins there.
    offset: u64,
    len: usize,
    /// Its bytes, if the file could not take them.
    beside: Option<Arc<[u8]>>,
}

/// What clones have in common.
#[derive(Default)]
struct Shelf {
    file: Option<File>,
    /// How long the file is, with what it could not take.
    len: u64,
    /// Blocks that were read last, by their offsets.
    unpacked: VecDeque<(u64, Arc<Vec<Record>>)>,
}

impl Old {
    /// Appends a block whose first record has this sequence number.
    pub(super) fn put(&mut self, first: u32, records: &[Record]) {
        let block = self.shelf().write(first, records);
        self.blocks.push(block);
    }

    /// Puts other records in the place of a block.
    pub(super) fn replace(&mut self, block: usize, first: u32, records: &[Record]) {
        let written = self.shelf().write(first, records);
        self.blocks[block] = written;
    }

    /// The records of a block that begins with this sequence number and has so many.
    ///
    /// # Panics
    /// If the host cannot read what it has written.
    pub(super) fn read(&self, block: usize, first: u32, count: usize) -> Arc<Vec<Record>> {
        self.shelf().read(&self.blocks[block], Run { first, count: count as u32 })
    }

    /// Forgets the first blocks.
    pub(super) fn forget(&mut self, count: usize) {
        self.blocks.drain(..count);
        if self.blocks.is_empty() {
            self.shelf = Arc::default();
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Whoever panicked could not read: nothing was changed.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn write(&mut self, first: u32, records: &[Record]) -> Block {
        let bytes = pack(first, records, Vec::with_capacity(records.len() * 16));
        let (offset, len) = (self.len, bytes.len());
        self.len += len as u64;
        let beside = self.append(offset, &bytes).is_err().then(|| bytes.into());
        Block { offset, len, beside }
    }

    fn append(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn read(&mut self, block: &Block, run: Run) -> Arc<Vec<Record>> {
        if let Some((_, records)) = self.unpacked.iter().find(|(offset, _)| *offset == block.offset) {
            return records.clone();
        }
        let records = match &block.beside {
            Some(bytes) => unpack_run(bytes, run),
            None => unpack_run(&self.bytes(block).expect("the temporary file of the trace can be read"), run),
        };
        let records = Arc::new(records.expect("what was packed unpacks"));
        if self.unpacked.len() == UNPACKED {
            self.unpacked.pop_front();
        }
        self.unpacked.push_back((block.offset, records.clone()));
        records
    }

    fn bytes(&mut self, block: &Block) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; block.len];
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(block.offset))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use vpyb_core::time::Instant;

    use super::*;
    use crate::trace::record::{Kind, Net};

    fn records(from: u64) -> Vec<Record> {
        let at = |number| Instant::from_nanos(from + number);
        let kind = Kind::Contention { net: Net(7) };
        (0..3).map(|number| Record { at: at(number), cause: None, kind }).collect()
    }

    #[test]
    fn what_the_file_cannot_take_stays_in_memory() {
        // Nobody can write to a file that is open for reading.
        let own = std::env::current_exe().and_then(File::open).expect("a test is a file");
        let shelf = Shelf { file: Some(own), ..Shelf::default() };
        let mut old = Old { blocks: Vec::new(), shelf: Arc::new(Mutex::new(shelf)) };
        for from in [0, 10, 20] {
            old.put(from as u32, &records(from));
        }
        old.replace(1, 10, &records(15));
        assert!(old.blocks.iter().all(|block| block.beside.is_some()));
        let read: Vec<_> = [0, 1, 2].map(|block| old.read(block, 10 * block as u32, 3)).into();
        assert_eq!(read.iter().map(|block| block[0].at.as_nanos()).collect::<Vec<_>>(), [0, 15, 20]);
    }
}
