//! Filter policies: from JSON to rules, or to AWS's refusal and the place in the text that it names.

use std::net::IpAddr;

use super::json::{Event, Place, Placed, Problem, events};
use super::numeric::{Bound, Range, is_in_bounds};
use super::rule::Rule;
use super::{Fields, Wanted};

/// The member that is about several ways, if its value is a list of objects.
const OR: &str = "$or";
/// Words that are no members of the objects of [`OR`]: where they are, it is a member of this name.
const OPERATORS: [&str; 9] = [
    "exists",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "numeric",
    "cidr",
    "wildcard",
    "exactly",
];
/// Stars in one pattern.
const STARS_MAX: usize = 3;

/// The conditions that a policy's text is.
pub(super) fn fields(text: &str) -> Result<Fields, Problem> {
    let events = events(text).map_err(named)?;
    let mut reader = Reader { events: &events, at: 0 };
    match reader.take() {
        Placed { event: Event::BeginObject, .. } => reader.fields().map_err(named),
        Placed { place, .. } => Err(named(Problem::at(*place, "Filter is not an object"))),
    }
}

fn named(problem: Problem) -> Problem {
    Problem { sentence: format!("FilterPolicy: {}", problem.sentence), ..problem }
}

/// Reads what is known to be JSON.
struct Reader<'a> {
    events: &'a [Placed],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a Placed {
        &self.events[self.at]
    }

    fn take(&mut self) -> &'a Placed {
        self.at += 1;
        &self.events[self.at - 1]
    }

    /// What is in an object, up to its end.
    fn fields(&mut self) -> Result<Fields, Problem> {
        let mut fields = Fields::default();
        loop {
            let Placed { event, place } = self.take();
            let name = match event {
                Event::Name(name) => name,
                Event::EndObject => break,
                other => unreachable!("an object has names and an end, and not {other:?}"),
            };
            match &self.take().event {
                Event::BeginArray if name == OR && self.is_of_ways() => {
                    let ways = self.ways()?;
                    fields.either.push(ways);
                }
                Event::BeginArray => {
                    let rules = self.rules(*place)?;
                    put(&mut fields, name, Wanted::Rules(rules));
                }
                Event::BeginObject => {
                    let inner = self.fields()?;
                    put(&mut fields, name, Wanted::Fields(inner));
                }
                _ => {
                    let sentence = format!("\"{name}\" must be an object or an array");
                    return Err(Problem::at(*place, sentence));
                }
            }
        }
        match fields.each.is_empty() && fields.either.is_empty() {
            false => Ok(fields),
            true => {
                let place = self.events[self.at - 1].place;
                Err(Problem::at(place, "Empty objects are not allowed"))
            }
        }
    }

    /// Whether what comes next is at least two objects, none of which has a rule's word as a member.
    fn is_of_ways(&self) -> bool {
        let (mut depth, mut objects) = (0_usize, 0);
        for Placed { event, .. } in &self.events[self.at..] {
            match event {
                Event::EndArray if depth == 0 => return objects >= 2,
                Event::Name(name) if depth == 1 && OPERATORS.contains(&name.as_str()) => return false,
                Event::BeginObject | Event::BeginArray => {
                    if depth == 0 && *event != Event::BeginObject {
                        return false;
                    }
                    objects += usize::from(depth == 0);
                    depth += 1;
                }
                Event::EndObject | Event::EndArray => depth -= 1,
                Event::Text(_) | Event::Number(_) | Event::Bool(_) | Event::Null if depth == 0 => {
                    return false;
                }
                Event::Name(_) | Event::Text(_) | Event::Number(_) | Event::Bool(_) | Event::Null => {}
            }
        }
        false
    }

    fn ways(&mut self) -> Result<Vec<Fields>, Problem> {
        let mut ways = Vec::new();
        while self.take().event == Event::BeginObject {
            ways.push(self.fields()?);
        }
        Ok(ways)
    }

    /// The rules of one member, up to the end of their list.
    fn rules(&mut self, place: Place) -> Result<Vec<Rule>, Problem> {
        let mut rules = Vec::new();
        loop {
            let Placed { event, place } = self.take();
            rules.push(match event {
                Event::EndArray => break,
                Event::Text(text) => Rule::Text(text.clone()),
                Event::Number(text) => Rule::Number(number(text, *place)?),
                Event::Bool(value) => Rule::Bool(*value),
                Event::Null => Rule::Null,
                Event::BeginObject => self.operator()?,
                Event::BeginArray | Event::EndObject | Event::Name(_) => {
                    let sentence = "Match value must be String, number, true, false, or null";
                    return Err(Problem::at(*place, sentence));
                }
            });
        }
        match rules.is_empty() {
            false => Ok(rules),
            true => Err(Problem::at(place, "Empty arrays are not allowed")),
        }
    }

    /// What is in an object that is one rule, its end included.
    fn operator(&mut self) -> Result<Rule, Problem> {
        let Placed { event, place } = self.take();
        let Event::Name(word) = event else {
            return Err(Problem::at(*place, "Match expression name not found"));
        };
        let rule = match word.as_str() {
            "prefix" => Rule::Prefix(self.pattern(word)?),
            "suffix" => Rule::Suffix(self.pattern(word)?),
            "equals-ignore-case" => Rule::IgnoringCase(self.pattern(word)?),
            "wildcard" => self.wildcard()?,
            "cidr" => self.network()?,
            "numeric" => self.numeric()?,
            "exists" => self.exists()?,
            "anything-but" => self.anything_but()?,
            other => {
                return Err(Problem::at(*place, format!("Unrecognized match type {other}")));
            }
        };
        self.end_of_operator()?;
        Ok(rule)
    }

    fn end_of_operator(&mut self) -> Result<(), Problem> {
        match self.take() {
            Placed { event: Event::EndObject, .. } => Ok(()),
            Placed { place, .. } => Err(Problem::at(*place, "Only one key allowed in match expression")),
        }
    }

    fn pattern(&mut self, word: &str) -> Result<String, Problem> {
        match self.take() {
            Placed { event: Event::Text(text), .. } => Ok(text.clone()),
            Placed { place, .. } => {
                Err(Problem::at(*place, format!("{word} match pattern must be a string")))
            }
        }
    }

    fn wildcard(&mut self) -> Result<Rule, Problem> {
        let place = self.peek().place;
        let parts: Vec<String> = self.pattern("wildcard")?.split('*').map(str::to_owned).collect();
        if parts.len() > STARS_MAX + 1 {
            return Err(Problem::at(place, "Rule is too complex - try using fewer wildcard characters"));
        }
        let has_two_in_a_row = parts.len() > 2 && parts[1..parts.len() - 1].iter().any(String::is_empty);
        match has_two_in_a_row {
            true => Err(Problem::at(place, "Consecutive wildcard characters are not allowed")),
            false => Ok(Rule::Wildcard(parts)),
        }
    }

    fn network(&mut self) -> Result<Rule, Problem> {
        let place = self.peek().place;
        let malformed = |text: &str| Problem::at(place, format!("Malformed CIDR, one '/' required: {text}"));
        let text = self
            .pattern("cidr")
            .map_err(|it| Problem { sentence: "prefix match pattern must be a string".to_owned(), ..it })?;
        let (address, length) = text.split_once('/').ok_or_else(|| malformed(&text))?;
        let address: IpAddr =
            address.parse().map_err(|_| Problem::at(place, format!("Nonstandard IP address: {address}")))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.parse().ok().filter(|it| *it <= most);
        let length = length.ok_or_else(|| {
            let range = if most == 32 { "0-32" } else { "0-128" };
            Problem::at(place, format!("Malformed CIDR, mask bits must be in the range {range}"))
        })?;
        Ok(Rule::Network { address, length })
    }

    fn exists(&mut self) -> Result<Rule, Problem> {
        match self.take() {
            Placed { event: Event::Bool(wanted), .. } => Ok(Rule::Exists(*wanted)),
            Placed { place, .. } => {
                Err(Problem::at(*place, "exists match pattern must be either true or false."))
            }
        }
    }

    fn anything_but(&mut self) -> Result<Rule, Problem> {
        let Placed { event, place } = self.take();
        let others = match event {
            Event::Text(text) => vec![Rule::Text(text.clone())],
            Event::Number(text) => vec![Rule::Number(number(text, *place)?)],
            Event::BeginArray => self.others(*place, Rule::Text)?,
            Event::BeginObject => self.but_operator()?,
            Event::Bool(_) | Event::Null | Event::EndArray | Event::EndObject | Event::Name(_) => {
                let sentence = "Value of anything-but must be an array or single string/number value.";
                return Err(Problem::at(*place, sentence));
            }
        };
        Ok(Rule::AnythingBut(others))
    }

    /// A list of texts or of numbers, up to its end.
    fn others(&mut self, place: Place, of_text: fn(String) -> Rule) -> Result<Vec<Rule>, Problem> {
        let mut others = Vec::new();
        loop {
            let Placed { event, place } = self.take();
            others.push(match event {
                Event::EndArray => break,
                Event::Text(text) => of_text(text.clone()),
                Event::Number(text) => Rule::Number(number(text, *place)?),
                _ => {
                    let sentence = "Inside anything but list, start|null|boolean is not supported.";
                    return Err(Problem::at(*place, sentence));
                }
            });
        }
        let numbers = others.iter().filter(|it| matches!(it, Rule::Number(_))).count();
        let place = if others.is_empty() { place } else { self.events[self.at - 1].place };
        match others.len() {
            0 => Err(Problem::at(place, "Empty arrays are not allowed")),
            all if numbers != 0 && numbers != all => {
                let sentence = "Inside anything but list, either all values are number or string, mixed type is not \
                                supported";
                Err(Problem::at(place, sentence))
            }
            _ => Ok(others),
        }
    }

    /// A rule within anything-but: one of texts, or several of the same.
    fn but_operator(&mut self) -> Result<Vec<Rule>, Problem> {
        let Placed { event, place } = self.take();
        let of_text: fn(String) -> Rule = match event {
            Event::Name(word) => match word.as_str() {
                "prefix" => Rule::Prefix,
                "suffix" => Rule::Suffix,
                "equals-ignore-case" => Rule::IgnoringCase,
                "wildcard" => {
                    let rule = self.wildcard()?;
                    self.end_of_operator()?;
                    return Ok(vec![rule]);
                }
                other => {
                    let sentence = format!("Unsupported anything-but pattern: {other}");
                    return Err(Problem::at(*place, sentence));
                }
            },
            _ => return Err(Problem::at(*place, "Anything-But expression name not found")),
        };
        let Placed { event, place } = self.take();
        let others = match event {
            Event::Text(text) if !text.is_empty() => vec![of_text(text.clone())],
            Event::BeginArray => self.others(*place, of_text)?,
            _ => return Err(Problem::at(*place, "prefix/suffix must be a non-empty string")),
        };
        self.end_of_operator()?;
        Ok(others)
    }

    fn numeric(&mut self) -> Result<Rule, Problem> {
        let Placed { event, place } = self.take();
        if *event != Event::BeginArray {
            return Err(Problem::at(*place, "Value of numeric must be an array."));
        }
        let Placed { event, place } = self.take();
        let Event::Text(operator) = event else {
            return Err(Problem::at(*place, format!("Invalid member in numeric match: {}", event.written())));
        };
        match operator.as_str() {
            "=" => {
                let wanted = self.limit("equals")?;
                self.end_of_numbers("Too many elements in numeric expression")?;
                Ok(Rule::Number(wanted))
            }
            ">" | ">=" => self.range_from(operator),
            "<" | "<=" => {
                let at = self.limit(operator)?;
                self.end_of_numbers("Too many elements in numeric expression")?;
                Ok(Rule::Range(Range { bottom: None, top: Some(Bound { at, open: operator == "<" }) }))
            }
            other => {
                // The next piece was read already when the word is looked at.
                let place = self.peek().place;
                Err(Problem::at(place, format!("Unrecognized numeric range operator: {other}")))
            }
        }
    }

    fn range_from(&mut self, operator: &str) -> Result<Rule, Problem> {
        let bottom = Bound { at: self.limit(operator)?, open: operator == ">" };
        let Placed { event, place } = self.take();
        let upper = match event {
            Event::EndArray => return Ok(Rule::Range(Range { bottom: Some(bottom), top: None })),
            Event::Text(upper) => upper,
            other => {
                let sentence = format!("Bad value in numeric range: {}", other.written());
                return Err(Problem::at(*place, sentence));
            }
        };
        if !["<", "<="].contains(&upper.as_str()) {
            // By now the library has read the text that it names.
            let length = upper.encode_utf16().count() + 1;
            let behind = Place { column: place.column + length, ..*place };
            return Err(Problem::at(behind, format!("Bad numeric range operator: {upper}")));
        }
        let top = Bound { at: self.limit(upper)?, open: upper == "<" };
        self.end_of_numbers("Too many terms in numeric range expression")?;
        match bottom.at < top.at {
            true => Ok(Rule::Range(Range { bottom: Some(bottom), top: Some(top) })),
            false => {
                let place = self.events[self.at - 1].place;
                Err(Problem::at(place, "Bottom must be less than top"))
            }
        }
    }

    fn limit(&mut self, operator: &str) -> Result<f64, Problem> {
        match self.take() {
            Placed { event: Event::Number(text), place } => number(text, *place),
            Placed { place, .. } => Err(Problem::at(*place, format!("Value of {operator} must be numeric"))),
        }
    }

    fn end_of_numbers(&mut self, too_many: &str) -> Result<(), Problem> {
        match self.take() {
            Placed { event: Event::EndArray, .. } => Ok(()),
            Placed { place, .. } => Err(Problem::at(*place, too_many)),
        }
    }
}

fn number(text: &str, place: Place) -> Result<f64, Problem> {
    let number = text.parse().ok().filter(|it| is_in_bounds(*it));
    number.ok_or_else(|| Problem::at(place, "Value must be between -1.0E9 and 1.0E9, inclusive"))
}

/// Of members that are there twice, the last one counts.
fn put(fields: &mut Fields, name: &str, wanted: Wanted) {
    fields.each.retain(|(known, _)| known != name);
    fields.each.push((name.to_owned(), wanted));
}
