//! Streams: nodes, each a listpack, and consumer groups.
//!
//! A listpack begins with the master entry: how many entries there are, how many deleted ones, the number of fields, the
//! fields, and 0. An entry is flags (deleted, has the fields of the master entry), the differences of its ID to that of
//! the node (milliseconds, sequence number), the number of its fields with fields and values or only values, and the
//! number of these elements, so that it can be read backwards.

use std::sync::Arc;

use psyncscope_keyspace::{Consumer, Group, Pending, Stream, StreamEntry, StreamId, StreamNode, Value};
use psyncscope_resp::parse_i64_strict;

use crate::container::Element;
use crate::error::{RdbError, RdbErrorKind};
use crate::listpack::{LISTPACK, ListpackWriter};
use crate::reader::RdbReader;
use crate::writer::RdbWriter;

const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;

/// The forms of a stream in a file. What the later ones say beyond the first is read and not kept: 5.0.14 knows nothing
/// of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamForm {
    /// Up to Redis 6.2.
    Redis5,
    /// With the first ID, the greatest deleted one and the number of entries ever added; groups with the number of entries read.
    Redis7,
    /// Consumers also have the time of their last successful read.
    Redis72,
}

impl RdbWriter {
    /// The part of `rdbSaveObject` for streams.
    pub(super) fn stream(&mut self, stream: &Stream) {
        self.len(stream.nodes().len());
        for node in stream.nodes() {
            self.string(&node.master().to_bytes());
            self.string(&listpack(node));
        }
        self.len(stream.len());
        self.stream_id(stream.last_id());
        self.len(stream.groups().len());
        for (name, group) in stream.groups() {
            self.string(name);
            self.stream_id(group.last_id);
            self.len(group.pending_len());
            for (id, pending) in group.pending_from(StreamId::MIN) {
                self.bytes.extend_from_slice(&id.to_bytes());
                self.bytes.extend_from_slice(&pending.delivered_ms.to_le_bytes());
                self.number(pending.deliveries);
            }
            self.len(group.consumers().len());
            group.consumers().iter().for_each(|consumer| self.consumer(consumer));
        }
    }

    fn stream_id(&mut self, id: StreamId) {
        self.number(id.ms);
        self.number(id.seq);
    }

    /// `rdbSaveStreamConsumers`: of what is pending only the IDs, the rest is with the group.
    fn consumer(&mut self, consumer: &Consumer) {
        self.string(consumer.name());
        self.bytes.extend_from_slice(&consumer.seen_ms.to_le_bytes());
        self.len(consumer.pending_len());
        for id in consumer.pending_from(StreamId::MIN) {
            self.bytes.extend_from_slice(&id.to_bytes());
        }
    }
}

/// The listpack of a node, as `streamAppendItem` builds it.
fn listpack(node: &StreamNode) -> Vec<u8> {
    let mut out = ListpackWriter::default();
    out.integer(node.live() as i64);
    out.integer(node.deleted() as i64);
    out.integer(node.fields().len() as i64);
    node.fields().for_each(|field| out.push(field));
    out.integer(0);
    for entry in node.entries() {
        out.integer(entry.flags());
        entry.deltas(node.master()).into_iter().for_each(|delta| out.integer(delta));
        match entry.own_fields() {
            None => entry.values().for_each(|value| out.push(value)),
            Some(fields) => {
                out.integer(fields.len() as i64);
                for (field, value) in fields.zip(entry.values()) {
                    out.push(field);
                    out.push(value);
                }
            }
        }
        out.integer(entry.elements());
    }
    out.finish()
}

impl RdbReader<'_> {
    /// The part of `rdbLoadObject` for streams, with all checks that later versions make, and those of the order of
    /// IDs, which Redis relies on.
    pub(super) fn stream(&mut self, form: StreamForm) -> Result<Value, RdbError> {
        let mut stream = Stream::default();
        for _ in 0..self.len()? {
            self.stream_node(&mut stream)?;
        }
        let at = self.at;
        if usize::try_from(self.len()?) != Ok(stream.len()) {
            return Err(RdbErrorKind::Stream("it has another number of entries").at(at));
        }
        let (at, last_id) = (self.at, self.stream_id()?);
        if last_id < stream.last_id() {
            return Err(RdbErrorKind::Stream("an entry after its last ID").at(at));
        }
        stream.set_last_id(last_id);
        if form != StreamForm::Redis5 {
            // The first ID, the greatest deleted one, the number of entries ever added.
            self.skip_lens(5)?;
        }
        for _ in 0..self.len()? {
            let at = self.at;
            let name = self.string()?;
            if !stream.add_group(&name, self.group(form)?) {
                return Err(RdbErrorKind::DuplicateElement(name).at(at));
            }
        }
        Ok(stream.into())
    }

    fn stream_node(&mut self, stream: &mut Stream) -> Result<(), RdbError> {
        let at = self.at;
        let wrong = |why| RdbErrorKind::Stream(why).at(at);
        let master = self.string()?.try_into().map_err(|_| wrong("the key of a node is no ID"))?;
        let at = self.at;
        let bytes = self.string()?;
        let elements = LISTPACK.elements(&bytes).map_err(|kind| kind.at(at))?;
        let node = read_node(StreamId::from_bytes(master), &elements).map_err(wrong)?;
        stream.push_node(node).map_err(wrong)
    }

    fn group(&mut self, form: StreamForm) -> Result<Group, RdbError> {
        let mut group = Group::new(self.stream_id()?);
        if form != StreamForm::Redis5 {
            // The number of entries read; -1, if it is not known, is the largest number.
            self.skip_lens(1)?;
        }
        let mut pending: Vec<(StreamId, i64, u64)> = Vec::new();
        for _ in 0..self.len()? {
            let (at, id) = (self.at, StreamId::from_bytes(self.array()?));
            if pending.last().is_some_and(|(last, ..)| *last >= id) {
                return Err(RdbErrorKind::Stream("pending entries out of order").at(at));
            }
            pending.push((id, i64::from_le_bytes(self.array()?), self.len()?));
        }
        let mut owners: Vec<Option<Arc<[u8]>>> = vec![None; pending.len()];
        for _ in 0..self.len()? {
            let at = self.at;
            let name = self.string()?;
            if group.consumer(&name).is_some() {
                return Err(RdbErrorKind::DuplicateElement(name).at(at));
            }
            let consumer = group.see_consumer(&name, i64::from_le_bytes(self.array()?));
            if form == StreamForm::Redis72 {
                self.take(8)?;
            }
            for _ in 0..self.len()? {
                let (at, id) = (self.at, StreamId::from_bytes(self.array()?));
                let Ok(found) = pending.binary_search_by_key(&id, |(id, ..)| *id) else {
                    return Err(RdbErrorKind::Stream("a consumer's entry that its group does not have").at(at));
                };
                if owners[found].replace(Arc::clone(&consumer)).is_some() {
                    return Err(RdbErrorKind::Stream("an entry of two consumers").at(at));
                }
            }
        }
        for ((id, delivered_ms, deliveries), owner) in pending.into_iter().zip(owners) {
            let Some(consumer) = owner else {
                return Err(RdbErrorKind::Stream("a pending entry of no consumer").at(self.at));
            };
            group.assign(id, Pending { delivered_ms, deliveries, consumer });
        }
        Ok(group)
    }

    fn stream_id(&mut self) -> Result<StreamId, RdbError> {
        Ok(StreamId { ms: self.len()?, seq: self.len()? })
    }
}

/// The node in these elements of a listpack.
fn read_node(master: StreamId, elements: &[Element<'_>]) -> Result<StreamNode, &'static str> {
    let mut reader = NodeReader(elements.iter());
    let (live, deleted) = (reader.integer()?, reader.integer()?);
    let count = reader.count()?;
    let fields = reader.texts(count)?;
    if reader.integer()? != 0 {
        return Err("a master entry without its end");
    }
    let mut node = StreamNode::new(master, fields);
    while reader.0.len() > 0 {
        reader.entry(count, &mut node)?;
    }
    if (live, deleted) != (node.live() as i64, node.deleted() as i64) {
        return Err("a node with another number of entries");
    }
    Ok(node)
}

/// Reads the elements of a node's listpack.
struct NodeReader<'a>(std::slice::Iter<'a, Element<'a>>);

impl NodeReader<'_> {
    fn integer(&mut self) -> Result<i64, &'static str> {
        match self.0.next() {
            Some(Element::Integer(value)) => Ok(*value),
            Some(Element::Bytes(text)) => parse_i64_strict(text).ok_or("no integer where one must be"),
            None => Err("a node that ends within an entry"),
        }
    }

    /// A number of fields: no entry has none.
    fn count(&mut self) -> Result<usize, &'static str> {
        let count = self.integer()?;
        usize::try_from(count)
            .ok()
            .filter(|count| (1..=self.0.len()).contains(count))
            .ok_or("an invalid number of fields")
    }

    fn texts(&mut self, count: usize) -> Result<Vec<Box<[u8]>>, &'static str> {
        if self.0.len() < count {
            return Err("a node that ends within an entry");
        }
        Ok(self.0.by_ref().take(count).map(|element| element.to_vec().into()).collect())
    }

    fn entry(&mut self, master_fields: usize, node: &mut StreamNode) -> Result<(), &'static str> {
        let flags = self.integer()?;
        if flags & !(DELETED | SAME_FIELDS) != 0 {
            return Err("an entry with unknown flags");
        }
        let (ms, seq) = (self.integer()?, self.integer()?);
        let id =
            StreamId { ms: node.master().ms.wrapping_add_signed(ms), seq: node.master().seq.wrapping_add_signed(seq) };
        let (fields, values) = if flags & SAME_FIELDS != 0 {
            (None, self.texts(master_fields)?)
        } else {
            let count = self.count()?;
            let mut pairs = self.texts(count.saturating_mul(2))?.into_iter();
            let (mut fields, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
            while let (Some(field), Some(value)) = (pairs.next(), pairs.next()) {
                fields.push(field);
                values.push(value);
            }
            (Some(fields.into()), values)
        };
        node.push(id, fields, values.into(), flags & DELETED != 0);
        let elements = node.entries().last().map(StreamEntry::elements);
        if Some(self.integer()?) == elements { Ok(()) } else { Err("an entry with another number of elements") }
    }
}
