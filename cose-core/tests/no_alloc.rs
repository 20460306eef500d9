//! Reading needs no heap: an allocator that counts sees nothing, also with the features that have one.
//! What parses or verifies belongs here, too.

use allocation_counter::measure;
use hexad_cose_core::cbor::{
    Cursor, Encoder, Limits, Raw, Type, check_deterministic, check_unique_keys, check_well_formed,
};
use hexad_cose_core::{Error, Label, cbor::Entries};

/// Runs `test`, which must not allocate; the result is what it gives.
fn without_heap<T>(test: impl FnOnce() -> T) -> T {
    let mut result = None;
    let counted = measure(|| result = Some(test()));
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    result.unwrap()
}

/// The counter counts.
#[test]
#[should_panic(expected = "assertion")]
fn an_allocation_is_noticed() {
    without_heap(|| vec![0_u8; 16]);
}

/// {1: [_ 1.5, "text", 2(h'010000000000000000')], -1: {_ "b": (_ h'00', h'01'), 24: true}, "x": [-100]}
const ITEM: [u8; 42] = [
    0xa3, 0x01, 0x9f, 0xf9, 0x3e, 0x00, 0x64, b't', b'e', b'x', b't', 0xc2, 0x49, 1, 0, 0, 0, 0, 0,
    0, 0, 0, 0xff, 0x20, 0xbf, 0x61, b'b', 0x5f, 0x41, 0x00, 0x41, 0x01, 0xff, 0x18, 0x18, 0xf5,
    0xff, 0x61, b'x', 0x81, 0x38, 0x63,
];

/// Walks over every item at the cursor, entering arrays and maps.
fn walk(cursor: &mut Cursor<'_>) -> Result<usize, Error> {
    let mut count = 1;
    match cursor.peek()? {
        Type::Array | Type::Map => {
            let is_map = cursor.peek()? == Type::Map;
            let mut items = if is_map { cursor.map()? } else { cursor.array()? };
            while items.next(cursor)? {
                for _ in 0..=usize::from(is_map) {
                    count += walk(cursor)?;
                }
            }
        }
        Type::Bytes => count += cursor.byte_chunks()?.count(),
        Type::Text => count += cursor.text_chunks()?.count(),
        Type::Float => count += usize::from(cursor.float()?.is_nan()),
        Type::Unsigned | Type::Negative | Type::Tag => {
            cursor.big_integer()?;
        }
        _ => count += usize::from(cursor.simple()? > 31),
    }
    Ok(count)
}

/// Checks, skipping and walking, of what is in order.
#[test]
fn cbor_is_checked_skipped_and_walked_without_a_heap() {
    without_heap(|| {
        assert_eq!(check_well_formed(&ITEM), Ok(()));
        assert_eq!(check_unique_keys(&ITEM), Ok(()));
        assert!(check_deterministic(&ITEM).is_err());
        assert_eq!(Limits::new().depth(3).items(16).check_well_formed(Raw::new(&ITEM, 0)), Ok(()));
        let mut cursor = Cursor::new(&ITEM);
        assert_eq!(cursor.skip(), Ok(()));
        assert_eq!(cursor.finish(), Ok(()));
        let mut cursor = Cursor::new(&ITEM);
        assert_eq!(walk(&mut cursor), Ok(20));
        let mut cursor = Cursor::new(&ITEM);
        let mut entries = Entries::enter(&mut cursor).unwrap();
        assert_eq!(entries.next(&mut cursor), Ok(Some(Label::Integer(1))));
    });
}

/// Every input that is cut short, and every one with a byte changed.
#[test]
fn cbor_is_refused_without_a_heap() {
    let mut changed = ITEM;
    without_heap(|| {
        for index in 0..ITEM.len() {
            assert!(check_well_formed(&ITEM[..index]).is_err());
            for bit in 0..8 {
                changed[index] ^= 1 << bit;
                let _ = (check_well_formed(&changed), check_unique_keys(&changed));
                let _ = (check_deterministic(&changed), walk(&mut Cursor::new(&changed)));
                changed[index] ^= 1 << bit;
            }
        }
    });
}

/// Encoding into a buffer, sorting included.
#[test]
fn cbor_is_written_into_a_buffer_without_a_heap() {
    let mut buffer = [0; 64];
    let written = without_heap(|| -> Result<&[u8], Error> {
        let mut encoder = Encoder::new(&mut buffer);
        encoder.wrapped(|inner| {
            inner.map_sorted(3, |entries| {
                entries.text("c")?.big_integer(1 << 70)?;
                entries.integer(-1)?.float(1.5)?;
                entries.unsigned(1)?.null().map(drop)
            })?;
            Ok::<(), Error>(())
        })?;
        Ok(encoder.finish())
    });
    assert_eq!(written.map(|bytes| check_deterministic(&bytes[1..])), Ok(Ok(())));
}
