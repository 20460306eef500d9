use super::DateAndTime;

/// RFC 6991, date-and-time: seconds as other calendars count them.
#[test]
fn times_are_counted_from_1970() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2018-03-02T11:20:51+01:00", 1_519_986_051),
        ("2018-09-30T02:01:28.173+10:00", 1_538_236_888),
        ("2038-01-19T03:14:08-00:00", 2_147_483_648),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("0000-01-01T00:00:00Z", -62_167_219_200),
    ] {
        assert_eq!(DateAndTime::new(text).map(|time| time.unix_seconds()), Some(seconds), "{text}");
    }
}

/// Days, hours and offsets that are not, and texts that are written otherwise.
#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2018-03-02",
        "2018-03-02T11:20:51",
        "2018-03-02 11:20:51Z",
        "2018-3-2T11:20:51Z",
        "1900-02-29T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "2018-00-01T00:00:00Z",
        "2018-13-01T00:00:00Z",
        "2018-04-31T00:00:00Z",
        "2018-04-00T00:00:00Z",
        "2018-04-01T24:00:00Z",
        "2018-04-01T00:60:00Z",
        "2018-04-01T00:00:61Z",
        "2018-04-01T00:00:00.Z",
        "2018-04-01T00:00:00z",
        "2018-04-01T00:00:00+1:00",
        "2018-04-01T00:00:00+24:00",
        "2018-04-01T00:00:00+01:60",
        "2018-04-01T00:00:00Zx",
        "2018-04-01T00:00:00\u{e9}",
    ] {
        assert_eq!(DateAndTime::new(text), None, "{text}");
    }
    assert_eq!(DateAndTime::from_unix(i64::MIN), None);
    assert_eq!(DateAndTime::from_unix(i64::MAX), None);
    assert_eq!(DateAndTime::from_unix(253_402_300_800), None);
}
