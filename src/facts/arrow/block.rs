//! Rows of a batch that are read together, column by column, each onto a sheet of its own.
//!
//! So a column is looked at once for all of them: what kind it is, which rows have a value, and where
//! its values stand. What is not plain in a row only has that row read again with care.

use super::super::key::Key;
use super::super::pen::Pen;
use super::super::sheet::Sheet;
use super::super::tables::Tables;
use super::bits::{bits, each, first};
use crate::schema::value::{Fact, ListId, Value};
use crate::schema::{Home, Schema};
use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

/// Rows of a block: their sheets stay near the processor.
pub(super) const ROWS: usize = 16;

/// Where a row goes: onto which sheet, and as which row of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Place {
    sheet: u32,
    row: u32,
}

/// The places of declarations, each on its own sheet.
static DECLARATIONS: [Place; ROWS] = {
    let mut places = [Place { sheet: 0, row: 0 }; ROWS];
    let mut at = 0;
    while let Some((place, _)) = places.split_at_mut(at).1.split_first_mut() {
        place.sheet = at as u32;
        at += 1;
    }
    places
};

/// Sheets for the rows of a block. One thread reads on them, again and again.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    pub(super) sheets: Vec<Sheet>,
    pub(super) rooms: Rooms,
}

/// Memory for the places of elements, list by list.
pub(in super::super) type Rooms = Vec<Vec<Place>>;

/// The rows of a block while they are written.
#[derive(Debug)]
pub(super) struct Block<'s> {
    schema: &'s Schema,
    tables: &'s Tables,
    sheets: &'s mut [Sheet],
    rooms: &'s mut Rooms,
    /// Which rows have to be read with care.
    lost: u64,
}

impl<'s> Block<'s> {
    /// A block of no more than [`ROWS`] blank sheets.
    pub(super) fn new(
        schema: &'s Schema,
        tables: &'s Tables,
        sheets: &'s mut [Sheet],
        rooms: &'s mut Rooms,
    ) -> Block<'s> {
        Block {
            schema,
            tables,
            sheets,
            rooms,
            lost: 0,
        }
    }

    /// The places of its declarations.
    pub(super) fn places(&self) -> &'static [Place] {
        DECLARATIONS.get(..self.sheets.len()).unwrap_or_default()
    }

    /// Ends its declarations, and tells which of them have to be read with care: a bit each.
    pub(super) fn end(mut self) -> u64 {
        let whole = !self.lost & first(self.sheets.len());
        self.each(whole, self.places(), |pen, _, _| pen.finish());
        self.lost
    }

    /// Has something written to each place that has a bit: it is told which of them it is, and the row.
    /// What gives up leaves that declaration to be read with care.
    #[inline(always)]
    pub(super) fn each(
        &mut self,
        bits: u64,
        places: &[Place],
        mut write: impl FnMut(&mut Pen<'_>, usize, u32) -> Option<()>,
    ) {
        for at in each(bits) {
            let Some(place) = places.get(at) else { return };
            let Some(sheet) = self.sheets.get_mut(place.sheet as usize) else {
                return;
            };
            let mut pen = Pen {
                schema: self.schema,
                tables: self.tables,
                sheet,
            };
            if write(&mut pen, at, place.row).is_none() {
                self.lost |= 1 << place.sheet;
            }
        }
    }

    /// Writes a fact to each place that has a bit, where it is plain, and tells which are not.
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        home: Home,
        bits: u64,
        places: &[Place],
        fact: impl Fn(usize) -> Option<(Value, Key)>,
    ) -> u64 {
        let mut rest = 0;
        for at in each(bits) {
            let Some(place) = places.get(at) else { break };
            let Some(sheet) = self.sheets.get_mut(place.sheet as usize) else {
                break;
            };
            match fact(at) {
                Some((value, key)) => sheet.write(home, place.row, Fact::Value(value), key),
                None => rest |= 1 << at,
            }
        }
        rest
    }

    /// Gives a list so many elements, and adds their places to these. False where it cannot have as
    /// many.
    pub(super) fn open(
        &mut self,
        list: ListId,
        owner: Place,
        elements: usize,
        rows: &mut Vec<Place>,
    ) -> bool {
        let mut opened = None;
        self.each(1, &[owner], |pen, _, row| {
            let given = u32::try_from(elements).ok()?;
            pen.close_list(list, given)?;
            opened = Some(pen.elements(list, row, given)?);
            Some(())
        });
        let Some(opened) = opened else { return false };
        rows.extend(opened.map(|row| Place {
            sheet: owner.sheet,
            row,
        }));
        true
    }

    /// Room for places.
    pub(super) fn room(&mut self) -> Vec<Place> {
        self.rooms.pop().unwrap_or_default()
    }

    /// Keeps the room for other places.
    pub(super) fn put_back(&mut self, mut room: Vec<Place>) {
        room.clear();
        self.rooms.push(room);
    }
}

/// Which rows of an array have a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum There<'b> {
    All,
    None,
    Some(&'b BooleanBuffer),
}

impl<'b> There<'b> {
    pub(super) fn of(array: &'b dyn Array) -> There<'b> {
        match array.nulls() {
            _ if *array.data_type() == DataType::Null => There::None,
            None => There::All,
            Some(nulls) => There::Some(nulls.inner()),
        }
    }

    /// A bit for each of so many rows from that one on, at most a word's.
    #[inline]
    pub(super) fn bits(self, from: usize, rows: usize) -> u64 {
        match self {
            There::All => first(rows),
            There::None => 0,
            There::Some(buffer) => bits(buffer, from, rows),
        }
    }
}
