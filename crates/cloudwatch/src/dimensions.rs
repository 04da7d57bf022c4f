//! Dimensions, as requests and answers have them.

use awsproto::AwsError;

use crate::errors;
use crate::shapes::Dimension;

/// Names and values; each name once.
pub(crate) fn checked(dimensions: Vec<Dimension>, at: &str) -> Result<Vec<(String, String)>, AwsError> {
    let mut pairs = Vec::with_capacity(dimensions.len());
    for Dimension { name, value } in dimensions {
        pairs.push((name.unwrap_or_default(), value.unwrap_or_default()));
    }
    pairs.sort();
    match pairs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => {
            Err(errors::invalid(format!("The parameter {at} has the dimension {} twice.", pair[0].0)))
        }
        None => Ok(pairs),
    }
}

pub(crate) fn shown(dimensions: &[(String, String)]) -> Vec<Dimension> {
    let one =
        |(name, value): &(String, String)| Dimension { name: Some(name.clone()), value: Some(value.clone()) };
    dimensions.iter().map(one).collect()
}
