//! What is asked for, by kind.

use super::catalogue::{BRANDS, COLOURS, Dice, KINDS, VIEWS};

/// A kind of request, and how one of it is made: the query behind the picker's address.
pub struct Kind {
    pub name: &'static str,
    pub make: fn(&mut Dice) -> String,
    /// The pages after it are asked for too, so many.
    pub pages: usize,
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn search(text: &str) -> String {
    format!("?q={}", encoded(text))
}

/// The kinds of the table.
pub const KINDS_OF_REQUESTS: [Kind; 13] = [
    Kind {
        name: "open",
        make: |_| String::new(),
        pages: 0,
    },
    Kind {
        name: "changed recently",
        make: |dice| format!("?show=recent&q={}", encoded(dice.pick(&COLOURS))),
        pages: 0,
    },
    Kind {
        name: "one word",
        make: |dice| search(word(dice)),
        pages: 0,
    },
    Kind {
        name: "two words",
        make: |dice| search(&format!("{} {}", dice.pick(&COLOURS), dice.pick(&KINDS))),
        pages: 0,
    },
    Kind {
        name: "three words",
        make: |dice| {
            search(&format!(
                "{} {} {}",
                dice.pick(&BRANDS),
                dice.pick(&COLOURS),
                dice.pick(&KINDS)
            ))
        },
        pages: 0,
    },
    Kind {
        name: "three letters in the middle",
        make: |dice| search(middle(dice)),
        pages: 0,
    },
    Kind {
        name: "number (5 to 8 digits)",
        make: |dice| search(&number(dice)),
        pages: 0,
    },
    Kind {
        name: "two letters",
        make: |dice| search(dice.pick(&["sh", "re", "bo", "gl", "78", "gr", "em", "mu"])),
        pages: 0,
    },
    Kind {
        name: "no match",
        make: |dice| search(dice.pick(&["xqzw", "nowhere", "shirtq", "red blue", "zz9"])),
        pages: 0,
    },
    Kind {
        name: "deep folder",
        make: folder,
        pages: 0,
    },
    Kind {
        name: "filters combined",
        make: filters,
        pages: 0,
    },
    Kind {
        name: "by last change",
        make: |dice| format!("{}&sort=changed", search(dice.pick(&COLOURS))),
        pages: 0,
    },
    Kind {
        name: "next page, 100 times",
        make: |_| search("red"),
        pages: 100,
    },
];

fn word(dice: &mut Dice) -> &'static str {
    match dice.roll(4) {
        0 => dice.pick(&COLOURS),
        1 => dice.pick(&KINDS),
        2 => dice.pick(&VIEWS),
        _ => dice.pick(&BRANDS),
    }
}

fn middle(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "hir", "ack", "oot", "rou", "res", "ove", "elt", "wea", "ark", "igan", "lac", "hit",
    ])
}

fn number(dice: &mut Dice) -> String {
    let sku = 70_000_000 + dice.roll(10_000_000);
    let digits = usize::try_from(5 + dice.roll(4)).unwrap();
    sku.to_string()[8 - digits..].to_owned()
}

fn folder(dice: &mut Dice) -> String {
    let kind = dice.pick(&KINDS).to_lowercase();
    let path = format!("shop/emea/2024-spring/{kind}/campaign-{}", dice.roll(5));
    let word = dice.pick(&["", "red", "shirt"]);
    format!(
        "?folder={}&only={}&q={word}&show=all",
        encoded(&path),
        dice.roll(2)
    )
}

fn filters(dice: &mut Dice) -> String {
    let kind = dice.pick(&["type=Pdf", "class=image", "type=Video", "type=SpinSet"]);
    let publish = dice.pick(&["yes", "no"]);
    let changed = dice.pick(&["", "day", "week", "month"]);
    let word = dice.pick(&["", "red", "shirt", "red shirt", "78"]);
    format!(
        "?show=all&{kind}&publish={publish}&changed={changed}&q={}",
        encoded(word)
    )
}
