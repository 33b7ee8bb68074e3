//! Facts as columns: declarations are piled up and handed over as a batch, which reads back as the
//! same facts.
//!
//! Records are structs, lists of records lists of structs, sets of codes lists of texts, all numbers
//! decimals of [`MAX_PLACES`] places. What is unknown is null. What is none is null too, unless
//! absent means none, and its path stands in the column `kakou.none`.

use super::super::index::{Child, Index, Leaf, NodeId};
use super::super::write::fact_path;
use super::super::{Facts, ListState};
use super::by_name::EMPTY;
use super::nones;
use crate::ground::number::{MAX_INTEGER_DIGITS, MAX_PLACES, Number};
use crate::schema::value::{Code, Fact, FieldId, ListId, Type, Value};
use crate::schema::{Home, Schema};
use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Int32Builder, Int64Builder,
    ListBuilder, NullBufferBuilder, OffsetBufferBuilder, StringBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, ListArray, RecordBatch, StringArray, StructArray};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema as ArrowSchema};
use std::sync::Arc;

/// The digits of a column of numbers: no number of ours has more.
const DIGITS: u8 = (MAX_INTEGER_DIGITS + MAX_PLACES) as u8;
const PLACES: i8 = MAX_PLACES as i8;

/// Declarations on their way into columns; made once for a schema.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::{arrow::{Columns, Pile}, given::Given}};
/// let facts = Facts::builder(&rules.schema)
///     .set("id", "D-1")
///     .set("line", Given::None)
///     .element("items", |item| item.set("total", "9.00"))
///     .build()?;
/// let mut pile = Pile::new(&rules.schema);
/// pile.add(&facts);
/// pile.add(&Facts::unknown(&rules.schema));
/// let batch = pile.batch()?;
/// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
/// assert_eq!(columns.ready(&batch)?.facts(0)?, facts);
/// assert_eq!(columns.ready(&batch)?.facts(1)?, Facts::unknown(&rules.schema));
/// // What was handed over is gone.
/// assert_eq!(pile.batch()?.num_rows(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pile {
    schema: Arc<Schema>,
    columns: Arc<ArrowSchema>,
    record: Record,
    nones: ListBuilder<StringBuilder>,
    rows: usize,
}

/// Whatever the facts of the schema are, there is a place for them.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::arrow::{Columns, Pile};
/// let pile = Pile::new(&rules.schema);
/// // The columns can be told before there is a row, and are those that are read by name.
/// assert!(Columns::by_name(&rules.schema, pile.columns()).is_ok());
/// let gate = kakou::Folder::from_texts([("a.rules", "outcomes release < hold missing hold advice hold\n\
///     declaration judged on date\n  date : date\n")]);
/// let other = kakou::load::accept(kakou::compile(&gate, &kakou::Limits::default()))?;
/// assert!(Columns::by_name(&other.schema, pile.columns()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Pile {
    /// An empty pile.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let mut pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// assert!(pile.is_empty());
    /// pile.add(&kakou::Facts::unknown(&rules.schema));
    /// assert!(!pile.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(schema: &Arc<Schema>) -> Pile {
        let index = Index::new(schema);
        let record = Record::of(schema, &index, index.root());
        let paths = Field::new_list_field(DataType::Utf8, true);
        let nones = Field::new(nones::COLUMN, DataType::List(Arc::new(paths)), true);
        let fields = record.fields();
        let fields = fields.iter().cloned().chain([Arc::new(nones)]);
        Pile {
            schema: schema.clone(),
            columns: Arc::new(ArrowSchema::new(fields.collect::<Fields>())),
            record,
            nones: ListBuilder::new(StringBuilder::new()),
            rows: 0,
        }
    }

    /// The columns of its batches.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// assert!(pile.columns().field_with_name("weight_error").is_ok());
    /// assert!(pile.columns().field_with_name("weight").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn columns(&self) -> &Arc<ArrowSchema> {
        &self.columns
    }

    /// How many declarations there are.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let mut pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// pile.add(&kakou::Facts::unknown(&rules.schema));
    /// assert_eq!(pile.len(), 1);
    /// pile.batch()?;
    /// assert_ne!(pile.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let mut pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// assert!(pile.is_empty());
    /// pile.add(&kakou::Facts::unknown(&rules.schema));
    /// assert!(!pile.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Puts the facts of a declaration on it.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let mut pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// let facts = kakou::Facts::builder(&rules.schema).set("id", "D-1").build()?;
    /// pile.add(&facts);
    /// let batch = pile.batch()?;
    /// let column = |name: &str| batch.column_by_name(name).map(|column| column.null_count());
    /// assert_eq!((column("id"), column("date"), column("day")), (Some(0), Some(1), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, facts: &Facts) {
        let mut row = Row {
            schema: &self.schema,
            facts,
            nones: self.nones.values(),
        };
        let before = row.nones.len();
        self.record.add(&mut row, 0);
        let some = self.nones.values().len() > before;
        self.nones.append(some);
        self.rows += 1;
    }

    /// Hands the declarations over as a batch, and begins anew.
    ///
    /// # Errors
    /// More texts or elements than a batch can count.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let mut pile = kakou::facts::arrow::Pile::new(&rules.schema);
    /// for _ in 0..3 {
    ///     pile.add(&kakou::Facts::unknown(&rules.schema));
    /// }
    /// let batch = pile.batch()?;
    /// assert_eq!((batch.num_rows(), &batch.schema()), (3, pile.columns()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns = self.record.columns()?;
        columns.push(Arc::new(self.nones.finish()));
        self.rows = 0;
        RecordBatch::try_new(self.columns.clone(), columns)
    }
}

/// What is carried through one declaration.
struct Row<'r> {
    schema: &'r Schema,
    facts: &'r Facts,
    nones: &'r mut StringBuilder,
}

impl Row<'_> {
    fn none(&mut self, field: FieldId, row: u32) {
        let path = fact_path(self.schema, self.facts, field, Some(row));
        self.nones.append_value(path);
    }
}

/// The columns of a declaration, a record or an element.
#[derive(Debug, Default)]
struct Record(Vec<Column>);

#[derive(Debug)]
struct Column {
    name: Box<str>,
    what: What,
    absent_is_none: bool,
}

#[derive(Debug)]
enum What {
    Bools(Leaf, BooleanBuilder),
    Integers(Leaf, Int64Builder),
    Numbers(Leaf, Decimal128Builder),
    Days(Leaf, Date32Builder),
    Texts(Leaf, StringBuilder),
    /// Codes by their number, and the texts of all.
    Codes(Leaf, Int32Builder, ArrayRef),
    Set(Leaf, Spans, Int32Builder, ArrayRef),
    Record(Record, usize),
    List(ListId, FieldId, Spans, Record, usize),
}

/// Which elements belong to which row.
#[derive(Debug)]
struct Spans {
    offsets: OffsetBufferBuilder<i32>,
    nulls: NullBufferBuilder,
}

impl Spans {
    fn new() -> Spans {
        Spans {
            offsets: OffsetBufferBuilder::new(0),
            nulls: NullBufferBuilder::new(0),
        }
    }

    fn push(&mut self, length: Option<usize>) {
        self.offsets.push_length(length.unwrap_or(0));
        self.nulls.append(length.is_some());
    }

    fn list(&mut self, of: FieldRef, elements: ArrayRef) -> Result<ArrayRef, ArrowError> {
        let spans = std::mem::replace(self, Spans::new());
        let mut nulls = spans.nulls;
        let list = ListArray::try_new(of, spans.offsets.finish(), elements, nulls.finish())?;
        Ok(Arc::new(list))
    }
}

fn codes_of(schema: &Schema, typ: Type) -> ArrayRef {
    let table = match typ {
        Type::Code(table) | Type::Set(table) => schema.table(table),
        _ => None,
    };
    let codes = table.into_iter().flat_map(|table| &table.codes);
    Arc::new(StringArray::from_iter_values(
        codes.map(|entry| entry.code.as_str()),
    ))
}

fn coded() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn numbers() -> Decimal128Builder {
    Decimal128Builder::new().with_data_type(DataType::Decimal128(DIGITS, PLACES))
}

impl Record {
    fn of(schema: &Schema, index: &Index, node: NodeId) -> Record {
        let column = |(name, child): (&str, Child)| Column {
            name: name.into(),
            absent_is_none: match child {
                Child::Leaf(leaf) => schema.field(leaf.field),
                Child::List(_, field) => schema.field(field),
                Child::Record(_) => None,
            }
            .is_some_and(|field| field.absent_means_none),
            what: What::of(schema, index, child),
        };
        let mut columns: Vec<Column> = index.node(node).children().map(column).collect();
        columns.sort_by_cached_key(|column| (column.what.place(schema), column.name.clone()));
        Record(columns)
    }

    fn fields(&self) -> Fields {
        let field = |column: &Column| {
            let typ = column.what.typ();
            let silent = !matches!(column.what, What::Record(..));
            let field = Field::new(&*column.name, typ, silent);

            if silent {
                field.with_metadata([(EMPTY, "unknown")])
            } else {
                field
            }
        };
        self.0.iter().map(field).collect()
    }

    fn add(&mut self, row: &mut Row<'_>, at: u32) {
        for column in &mut self.0 {
            let field = column.what.add(row, at);
            if let Some(field) = field.filter(|_| !column.absent_is_none) {
                row.none(field, at);
            }
        }
    }

    fn columns(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        self.0
            .iter_mut()
            .map(|column| column.what.column())
            .collect()
    }

    fn array(&mut self, rows: usize) -> Result<ArrayRef, ArrowError> {
        let (fields, columns) = (self.fields(), self.columns()?);
        let array = StructArray::try_new_with_length(fields, columns, None, rows)?;
        Ok(Arc::new(array))
    }
}

impl What {
    fn of(schema: &Schema, index: &Index, child: Child) -> What {
        match child {
            Child::Leaf(leaf) => match leaf.typ {
                Type::Bool => What::Bools(leaf, BooleanBuilder::new()),
                Type::Integer => What::Integers(leaf, Int64Builder::new()),
                Type::Decimal | Type::Rate | Type::Money(_) | Type::Quantity(_) => {
                    What::Numbers(leaf, numbers())
                }
                Type::Date => What::Days(leaf, Date32Builder::new()),
                Type::Code(_) => What::Codes(leaf, Int32Builder::new(), codes_of(schema, leaf.typ)),
                Type::Set(_) => {
                    let codes = codes_of(schema, leaf.typ);
                    What::Set(leaf, Spans::new(), Int32Builder::new(), codes)
                }
                Type::Text | Type::Hs | Type::List(_) => What::Texts(leaf, StringBuilder::new()),
            },
            Child::Record(inner) => What::Record(Record::of(schema, index, inner), 0),
            Child::List(list, field) => {
                let element = Record::of(schema, index, index.element(list));
                What::List(list, field, Spans::new(), element, 0)
            }
        }
    }

    /// Where the schema's text declares it.
    fn place(&self, schema: &Schema) -> u32 {
        let field = match self {
            What::List(_, field, ..) => Some(*field),
            What::Record(record, _) => {
                let first = record.0.first();
                return first.map_or(u32::MAX, |column| column.what.place(schema));
            }
            _ => self.leaf().map(|leaf| leaf.field),
        };
        let place = field.and_then(|field| schema.places.0.get(field.0 as usize));
        place.map_or(u32::MAX, |span| span.start)
    }

    fn typ(&self) -> DataType {
        match self {
            What::Bools(..) => DataType::Boolean,
            What::Integers(..) => DataType::Int64,
            What::Numbers(..) => DataType::Decimal128(DIGITS, PLACES),
            What::Days(..) => DataType::Date32,
            What::Texts(..) => DataType::Utf8,
            What::Codes(..) => coded(),
            What::Set(..) => DataType::List(Arc::new(Field::new_list_field(coded(), true))),
            What::Record(record, _) => DataType::Struct(record.fields()),
            What::List(_, _, _, record, _) => DataType::List(element_of(record)),
        }
    }

    /// Adds a row; the field where it is none.
    fn add(&mut self, row: &mut Row<'_>, at: u32) -> Option<FieldId> {
        match self {
            What::Record(record, rows) => {
                record.add(row, at);
                *rows += 1;
                return None;
            }
            What::List(list, field, spans, record, rows) => {
                let of = row.facts.rows(*list);
                let state = of.map_or(ListState::Unknown, |rows| rows.state(at));
                if state != ListState::Given {
                    spans.push(None);
                    return (state == ListState::None).then_some(*field);
                }
                let elements = of.map_or(0..0, |rows| rows.of(at));
                spans.push(Some(elements.len()));
                *rows += elements.len();
                for element in elements {
                    record.add(row, element);
                }
                return None;
            }
            _ => {}
        }
        let leaf = self.leaf()?;
        let fact = match leaf.home {
            Home::Header(slot) => row.facts.header(slot),
            Home::Element(list, column) => row
                .facts
                .rows(list)
                .map_or(&Fact::Unknown, |rows| rows.cell(at, column)),
        };
        let value = match fact {
            Fact::Value(value) => Some(value),
            _ => None,
        };
        self.put(value);
        (*fact == Fact::None).then_some(leaf.field)
    }

    fn leaf(&self) -> Option<Leaf> {
        match self {
            What::Bools(leaf, _)
            | What::Integers(leaf, _)
            | What::Numbers(leaf, _)
            | What::Days(leaf, _)
            | What::Texts(leaf, _)
            | What::Codes(leaf, ..)
            | What::Set(leaf, ..) => Some(*leaf),
            What::Record(..) | What::List(..) => None,
        }
    }

    /// Adds the value of a leaf; a null where there is none of its type.
    fn put(&mut self, value: Option<&Value>) {
        let number = match value {
            Some(Value::Number(n) | Value::Money(n, _) | Value::Quantity(n, _)) => Some(*n),
            _ => None,
        };
        let code = |code: &Code| i32::try_from(code.0).ok();
        match (self, value) {
            (What::Bools(_, to), Some(Value::Bool(yes))) => to.append_value(*yes),
            (What::Bools(_, to), _) => to.append_null(),
            (What::Integers(_, to), _) => to.append_option(number.and_then(Number::to_i64)),
            (What::Numbers(_, to), _) => to.append_option(number.and_then(digits)),
            (What::Days(_, to), Some(Value::Date(day))) => to.append_value(day.number()),
            (What::Days(_, to), _) => to.append_null(),
            (What::Texts(_, to), Some(Value::Text(text))) => to.append_value(&**text),
            (What::Texts(_, to), Some(Value::Hs(hs))) => to.append_value(hs.to_string()),
            (What::Texts(_, to), _) => to.append_null(),
            (What::Codes(_, to, _), Some(Value::Code(one))) => to.append_option(code(one)),
            (What::Codes(_, to, _), _) => to.append_null(),
            (What::Set(_, spans, to, _), Some(Value::Set(codes))) => {
                spans.push(Some(codes.len()));
                codes.iter().for_each(|one| to.append_option(code(one)));
            }
            (What::Set(_, spans, ..), _) => spans.push(None),
            (What::Record(..) | What::List(..), _) => {}
        }
    }

    fn column(&mut self) -> Result<ArrayRef, ArrowError> {
        let dictionary = |keys: &mut Int32Builder, codes: &ArrayRef| {
            let array = DictionaryArray::<Int32Type>::try_new(keys.finish(), codes.clone())?;
            Ok::<ArrayRef, ArrowError>(Arc::new(array))
        };
        Ok(match self {
            What::Bools(_, of) => Arc::new(of.finish()),
            What::Integers(_, of) => Arc::new(of.finish()),
            What::Numbers(_, of) => Arc::new(of.finish()),
            What::Days(_, of) => Arc::new(of.finish()),
            What::Texts(_, of) => Arc::new(of.finish()),
            What::Codes(_, keys, codes) => dictionary(keys, codes)?,
            What::Set(_, spans, keys, codes) => {
                let of = Arc::new(Field::new_list_field(coded(), true));
                spans.list(of, dictionary(keys, codes)?)?
            }
            What::Record(record, rows) => record.array(std::mem::take(rows))?,
            What::List(_, _, spans, record, rows) => {
                let of = element_of(record);
                spans.list(of, record.array(std::mem::take(rows))?)?
            }
        })
    }
}

/// The elements of a list of records.
fn element_of(record: &Record) -> FieldRef {
    Arc::new(Field::new_list_field(
        DataType::Struct(record.fields()),
        false,
    ))
}

/// A number as a column of them holds it.
fn digits(number: Number) -> Option<i128> {
    let (mantissa, scale) = number.parts();
    let up = u32::try_from(MAX_PLACES).ok()?.checked_sub(scale)?;
    mantissa.checked_mul(10i128.checked_pow(up)?)
}
