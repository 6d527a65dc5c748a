//! Links to an instant: whatever is read is written and read again as the same, and whatever is refused says why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_lab::Link;

// The first byte chooses: bit 0 the text of a link, or its content, sealed, or hardly any would get as far as its fields.
fuzz_target!(|data: &[u8]| {
    let Some((&how, bytes)) = data.split_first() else { return };
    let text = if how & 1 == 0 {
        psyncscope_fuzz::link_with(bytes)
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return,
        }
    };
    match Link::parse(&text) {
        Ok(link) => {
            let again = Link::parse(&link.to_text()).expect("what we wrote is read");
            assert_eq!(again.session(), link.session());
            assert_eq!(again.view(), link.view());
        }
        Err(error) => assert!(!error.message.is_empty()),
    }
});
