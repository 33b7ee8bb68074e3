//! Numbers at the limits of what is exact, and sums in any order.

use super::*;

#[test]
fn reading_plainly_and_with_care_is_the_same() {
    let shapes = [
        "",
        "-",
        ".",
        "0",
        "-0",
        "-0.0",
        "00",
        "007.50",
        "12.",
        ".5",
        "1.5",
        "-1.50",
        "1e3",
        "+1",
        "1,000",
        "999999999999999999",
        "1000000000000000000",
        "0.0000000001",
        "0.00000000010",
        "0.00000000001",
        "0.1234567",
        "0.12345670",
        "1234567.1",
        "12345678.1",
        "123456789012345.25",
        "1234567890123456.25",
        "12345678.0000000001",
        "-12345678",
        "123456789012345.678",
        "99999999",
        "123456789.0000000001",
        "1..2",
        "1.2.3",
        " 1",
        "1 ",
        "000000000000000000001",
        "1.00000000000000000000",
        "18446744073709551617",
        "\u{ff11}",
    ];
    for text in shapes {
        let read = text.parse::<Number>();
        assert_eq!(read, Number::with_care(text), "{text}");
        if let Ok(number) = read {
            let (mantissa, scale) = number.parts();
            assert_eq!(Number::from_parts(mantissa, scale), Some(number), "{text}");
            assert_eq!(
                number.to_string(),
                Number::with_care(text).unwrap().to_string()
            );
        }
    }
}

#[test]
fn a_sum_does_not_depend_on_the_order() {
    let largest = Number::from_parts((1 << 96) - 1, 0).unwrap();
    let numbers = [largest, "0.1".parse().unwrap(), largest.neg()];
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
        let mut sum = ExactSum::default();
        for at in order {
            sum.push(numbers[at]);
        }
        assert_eq!(sum.total(), "0.1".parse().ok(), "{order:?}");
    }
    let mut sum = ExactSum::default();
    for number in ["-12.5", "0.0000000001", "12.25", "0.25", "-0.0000000001"] {
        sum.push(number.parse().unwrap());
    }
    assert_eq!(sum.total(), Some(Number::ZERO), "small numbers cancel");
    let mut sum = ExactSum::default();
    sum.push(largest);
    sum.push(largest);
    assert_eq!(sum.total(), None, "only the total has to fit");
}
