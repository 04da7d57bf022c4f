//! Filter policies against what AWS says of them: the guide's examples, recorded refusals, and, on random policies and
//! messages, an evaluator that looks at JSON alone.

use std::collections::BTreeMap;

use awsproto::delivery::{Attribute, AttributeValue};
use model::subscription::FilterPolicyScope::{self, MessageAttributes, MessageBody};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FilterPolicy, Filtered};

fn attribute(data_type: &str, value: &str) -> Attribute {
    Attribute { data_type: data_type.to_owned(), value: AttributeValue::Text(value.to_owned()) }
}

fn wants_attributes(policy: &Value, attributes: &[(&str, &str, &str)]) -> bool {
    let attributes: BTreeMap<String, Attribute> = attributes
        .iter()
        .map(|(name, data_type, value)| ((*name).to_owned(), attribute(data_type, value)))
        .collect();
    let policy = FilterPolicy::parse(&policy.to_string(), MessageAttributes).unwrap();
    policy.wants(&Filtered::of("", &attributes), MessageAttributes)
}

fn wants_body(policy: &Value, body: &Value) -> bool {
    let policy = FilterPolicy::parse(&policy.to_string(), MessageBody).unwrap();
    policy.wants(&Filtered::of(&body.to_string(), &BTreeMap::new()), MessageBody)
}

#[test]
fn the_guides_examples_of_one_value_hold_of_attributes_and_bodies() {
    for (rules, yes, no) in [
        (json!(["rugby", "tennis"]), vec![json!("rugby"), json!("tennis")], vec![json!("baseball")]),
        (json!([{"anything-but": ["rugby", "tennis"]}]), vec![json!("baseball")], vec![json!("rugby")]),
        (json!([{"anything-but": {"prefix": "order-"}}]), vec![json!("data-entry")], vec![json!("order-1")]),
        (json!([{"anything-but": {"suffix": "ball"}}]), vec![json!("rugby")], vec![json!("baseball")]),
        (json!([{"anything-but": {"prefix": ["a-", "b-"]}}]), vec![json!("c-1")], vec![json!("b-1")]),
        (json!([{"equals-ignore-case": "tennis"}]), vec![json!("Tennis"), json!("TENNIS")], vec![json!("x")]),
        (json!([{"cidr": "10.0.0.0/24"}]), vec![json!("10.0.0.255")], vec![json!("10.1.1.0"), json!("x")]),
        (json!([{"prefix": "bas"}]), vec![json!("baseball")], vec![json!("rugby")]),
        (json!([{"suffix": "ball"}]), vec![json!("baseball")], vec![json!("rugby")]),
        (json!([{"wildcard": "*ball"}]), vec![json!("baseball")], vec![json!("balls")]),
        (
            json!([{"numeric": ["=", 301.5]}]),
            vec![json!(301.5), json!(3.015e2)],
            vec![json!(300), json!("301.5")],
        ),
        (json!([{"numeric": [">", 0, "<=", 150]}]), vec![json!(100), json!(150)], vec![json!(0), json!(151)]),
        (json!([{"numeric": ["<", 0]}]), vec![json!(-1)], vec![json!(0)]),
        (json!([{"anything-but": [100, 500]}]), vec![json!(101), json!("100")], vec![json!(100)]),
        (json!([100]), vec![json!(100)], vec![json!("100"), json!(101)]),
    ] {
        let policy = json!({ "key": rules });
        for (values, expected) in [(yes, true), (no, false)] {
            for value in values {
                assert_eq!(wants_body(&policy, &json!({ "key": value })), expected, "{policy} {value}");
                let sent = match &value {
                    Value::String(text) => ("key", "String", text.clone()),
                    number => ("key", "Number", number.to_string()),
                };
                let found = wants_attributes(&policy, &[(sent.0, sent.1, &sent.2)]);
                assert_eq!(found, expected, "{policy} {value}");
            }
        }
    }
}

#[test]
fn of_an_array_one_element_is_enough() {
    let policy = json!({"customer_interests": [{"anything-but": ["rugby", "tennis"]}]});
    let array = |text: &str| wants_attributes(&policy, &[("customer_interests", "String.Array", text)]);
    // "Because it contains a value that isn't rugby or tennis."
    assert!(array(r#"["rugby", "baseball"]"#) && !array(r#"["rugby"]"#));
    let policy = json!({"a": [1, true, null, "x"]});
    for (text, expected) in [
        ("[1]", true),
        ("[true]", true),
        ("[null]", true),
        ("[\"x\", 2]", true),
        ("[\"y\"]", false),
        ("[]", false),
    ] {
        assert_eq!(wants_attributes(&policy, &[("a", "String.Array", text)]), expected, "{text}");
    }
    assert!(wants_attributes(&policy, &[("a", "String.Array", "x")]), "what is no list is a text");
}

#[test]
fn an_attribute_that_is_not_there_does_not_exist_and_is_null() {
    let exists = json!({"store": [{"exists": true}]});
    let absent = json!({"store": [{"exists": false}]});
    let other: &[(&str, &str, &str)] = &[("def", "Number", "99")];
    let store: &[(&str, &str, &str)] = &[("store", "Number", "99")];
    assert!(wants_attributes(&exists, store) && !wants_attributes(&exists, other));
    assert!(!wants_attributes(&absent, store) && wants_attributes(&absent, other));
    let null = json!({"store": [null, {"anything-but": "whatever"}]});
    assert!(wants_attributes(&null, other) && !wants_attributes(&null, &[("store", "String", "whatever")]));
    let bytes = Attribute { data_type: "Binary".to_owned(), value: AttributeValue::Binary(vec![1]) };
    let message = Filtered::of("", &BTreeMap::from([("store".to_owned(), bytes)]));
    let policy = FilterPolicy::parse(&exists.to_string(), MessageAttributes).unwrap();
    assert!(!policy.wants(&message, MessageAttributes), "bytes are not looked at");
}

#[test]
fn a_body_is_looked_into() {
    let policy = json!({"object": {"key": [{"prefix": "auto-"}]}});
    assert!(wants_body(&policy, &json!({"object": {"key": "auto-test"}})));
    assert!(wants_body(&policy, &json!({"object": [{"key": "x"}, {"key": "auto-test"}]})));
    assert!(!wants_body(&policy, &json!({"object": "auto-test"})));
    assert!(!wants_body(&policy, &json!({"object.key": "auto-test"})));
    let both = json!({"people": {"name": ["ada"], "city": ["london"]}});
    assert!(!wants_body(
        &both,
        &json!({"people": [{"name": "ada", "city": "x"}, {"name": "x", "city": "london"}]})
    ));
    let exists = json!({"a": [{"exists": true}]});
    assert!(!wants_body(&exists, &json!({"a": {"b": 1}})) && wants_body(&exists, &json!({"a": null})));
    let parsed = FilterPolicy::parse(&exists.to_string(), MessageBody).unwrap();
    for no_object in ["", "x", "[1]", "1"] {
        assert!(!parsed.wants(&Filtered::of(no_object, &BTreeMap::new()), MessageBody), "{no_object}");
    }
}

#[test]
fn one_of_several_ways_is_enough_and_the_word_is_a_member_otherwise() {
    let policy = json!({
        "source": ["aws.cloudwatch"],
        "$or": [{"metricName": ["CPUUtilization"]}, {"namespace": ["AWS/EC2"], "unit": ["Percent"]}],
    });
    let wants = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, "String", *value)).collect();
        wants_attributes(&policy, &pairs)
    };
    assert!(wants(&[("source", "aws.cloudwatch"), ("metricName", "CPUUtilization")]));
    assert!(wants(&[("source", "aws.cloudwatch"), ("namespace", "AWS/EC2"), ("unit", "Percent")]));
    assert!(!wants(&[("source", "aws.cloudwatch"), ("namespace", "AWS/EC2")]));
    assert!(!wants(&[("metricName", "CPUUtilization")]));
    let member = json!({"$or": ["a"]});
    assert!(wants_body(&member, &json!({"$or": "a"})) && !wants_body(&member, &json!({"a": "a"})));
}

fn refused(policy: &str, scope: FilterPolicyScope) -> String {
    FilterPolicy::parse(policy, scope).expect_err(policy).to_string()
}

#[test]
fn refusals_are_those_that_were_recorded() {
    for (policy, sentence, column) in [
        (r#"{"key":[["value"]]}"#, "Match value must be String, number, true, false, or null", 10),
        (r#"{"key":[{"wrong-operator":true}]}"#, "Unrecognized match type wrong-operator", 31),
        (r#"{"key":[{"suffix":"value","prefix":"value2"}]}"#, "Only one key allowed in match expression", 37),
        (r#"{"key":[{"suffix":100}]}"#, "suffix match pattern must be a string", 22),
        (r#"{"key":[{"suffix":null}]}"#, "suffix match pattern must be a string", 23),
        (r#"{"key":[{"suffix":[]}]}"#, "suffix match pattern must be a string", 20),
        (r#"{"key":[{"suffix":["test","test2"]}]}"#, "suffix match pattern must be a string", 20),
        (r#"{"key":{"suffix":"value"}}"#, "\"suffix\" must be an object or an array", 19),
        (r#"{"key":{"not-an-operator":"value"}}"#, "\"not-an-operator\" must be an object or an array", 28),
        (r#"{"key_a":"value_one"}"#, "\"key_a\" must be an object or an array", 11),
        (r#"{"key":[{"numeric":[]}]}"#, "Invalid member in numeric match: ]", 22),
        (r#"{"key":[{"numeric":["operator"]}]}"#, "Unrecognized numeric range operator: operator", 32),
        (r#"{"key":[{"numeric":[1,"<="]}]}"#, "Invalid member in numeric match: 1", 22),
        (r#"{"key":[{"numeric":["=","000"]}]}"#, "Value of equals must be numeric", 26),
        (r#"{"key":[{"numeric":[">="]}]}"#, "Value of >= must be numeric", 26),
        (r#"{"key":[{"numeric":["<",100,">",10]}]}"#, "Too many elements in numeric expression", 30),
        (r#"{"key":[{"numeric":[">=",1,">",2]}]}"#, "Bad numeric range operator: >", 31),
        (r#"{"key":[{"numeric":[">",3,"<",1]}]}"#, "Bottom must be less than top", 33),
        (r#"{"key":[{"numeric":[">",20,"<="]}]}"#, "Value of <= must be numeric", 33),
        (r#"{"key":[{"numeric":[">",20,30]}]}"#, "Bad value in numeric range: 30", 30),
        (r#"{"key":[{"numeric":[">",20,"test"]}]}"#, "Bad numeric range operator: test", 34),
        (r#"{"key":[{"numeric":[">","20","<","30"]}]}"#, "Value of > must be numeric", 26),
        (r#"{"key":[{"numeric":[">",20,"<","30"]}]}"#, "Value of < must be numeric", 33),
        (r#"{"key":[{"numeric":[">",20,"<",30,"<",50]}]}"#, "Too many terms in numeric range expression", 36),
        (r#"{"key":[{"exists":null}]}"#, "exists match pattern must be either true or false.", 23),
        (r#"{"key":[{"exists":"no"}]}"#, "exists match pattern must be either true or false.", 20),
    ] {
        let place = format!("; line: 1, column: {column}]");
        let found = refused(policy, MessageBody);
        assert!(found.starts_with(&format!("FilterPolicy: {sentence}\n at [Source: ")), "{policy}: {found}");
        assert!(found.ends_with(&place), "{policy}: {found}");
    }
}

#[test]
fn there_are_so_many_keys_and_combinations() {
    let six = json!({"a": [1], "b": [1], "c": [1], "d": [1], "e": [1], "f": [1]}).to_string();
    let five_keys = "FilterPolicy: Filter policy can not have more than 5 keys";
    assert_eq!(refused(&six, MessageAttributes), five_keys);
    let many: Vec<i32> = (0..151).collect();
    let complex = "FilterPolicy: Filter policy is too complex";
    assert_eq!(refused(&json!({ "a": many }).to_string(), MessageAttributes), complex);
    let nested = json!({"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]});
    assert_eq!(refused(&nested.to_string(), MessageBody), complex);
    let fewer = json!({"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2]});
    assert!(FilterPolicy::parse(&fewer.to_string(), MessageBody).is_ok());
    assert_eq!(
        refused(&fewer.to_string(), MessageAttributes),
        "Filter policy scope MessageAttributes does not support nested filter policy"
    );
}

/// What an evaluator that knows JSON alone says, rule by rule as the guide tells them.
mod slow {
    use serde_json::Value;

    pub(super) fn holds(policy: &Value, message: &Value) -> bool {
        policy.as_object().unwrap().iter().all(|(name, wanted)| match wanted {
            Value::Array(ways) if name == "$or" => ways.iter().any(|way| holds(way, message)),
            Value::Array(rules) => rules.iter().any(|it| rule(it, &leaves(message.get(name)))),
            inner => holds(inner, message.get(name).unwrap_or(&Value::Null)),
        })
    }

    fn leaves(value: Option<&Value>) -> Vec<Value> {
        match value {
            None | Some(Value::Object(_)) => Vec::new(),
            Some(Value::Array(all)) => all.iter().flat_map(|it| leaves(Some(it))).collect(),
            Some(leaf) => vec![leaf.clone()],
        }
    }

    fn rule(rule: &Value, leaves: &[Value]) -> bool {
        let Value::Object(operator) = rule else { return leaves.iter().any(|it| same(it, rule)) };
        let (word, operand) = operator.iter().next().unwrap();
        let text = |keeps: &dyn Fn(&str, &str) -> bool| {
            leaves.iter().any(|it| it.as_str().is_some_and(|it| keeps(it, operand.as_str().unwrap())))
        };
        match word.as_str() {
            "exists" => operand.as_bool().unwrap() != leaves.is_empty(),
            "prefix" => text(&|it, start| it.starts_with(start)),
            "suffix" => text(&|it, end| it.ends_with(end)),
            "equals-ignore-case" => text(&|it, other| it.eq_ignore_ascii_case(other)),
            "anything-but" => {
                let others = operand.as_array().cloned().unwrap_or_else(|| vec![operand.clone()]);
                leaves.iter().any(|it| !others.iter().any(|other| same(it, other)))
            }
            "numeric" => {
                let steps: Vec<&Value> = operand.as_array().unwrap().iter().collect();
                leaves.iter().filter_map(Value::as_f64).any(|it| {
                    steps.chunks(2).all(|step| {
                        let limit = step[1].as_f64().unwrap();
                        match step[0].as_str().unwrap() {
                            "=" => it == limit,
                            "<" => it < limit,
                            "<=" => it <= limit,
                            ">" => it > limit,
                            _ => it >= limit,
                        }
                    })
                })
            }
            other => panic!("{other} is not made"),
        }
    }

    fn same(one: &Value, other: &Value) -> bool {
        match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one == other,
            (_, _) => one == other,
        }
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[abB]{0,3}".prop_map(Value::from),
        (-3..4i64).prop_map(Value::from),
        Just(json!(0.5)),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn a_rule() -> impl Strategy<Value = Value> {
    let text = || "[abB]{1,2}";
    prop_oneof![
        leaf(),
        text().prop_map(|it| json!({ "prefix": it })),
        text().prop_map(|it| json!({ "suffix": it })),
        text().prop_map(|it| json!({ "equals-ignore-case": it })),
        any::<bool>().prop_map(|it| json!({ "exists": it })),
        prop::collection::vec(text(), 1..3).prop_map(|it| json!({ "anything-but": it })),
        (-3..4i64).prop_map(|it| json!({ "anything-but": it })),
        (prop::sample::select(vec!["=", "<", "<=", ">", ">="]), -3..4i64)
            .prop_map(|(word, limit)| json!({ "numeric": [word, limit] })),
        (-3..1i64, 1..4i64).prop_map(|(from, to)| json!({ "numeric": [">", from, "<=", to] })),
    ]
}

fn policy() -> impl Strategy<Value = Value> {
    let rules = || prop::collection::vec(a_rule(), 1..3).prop_map(Value::from);
    let fields = || prop::collection::btree_map("[xyz]", rules(), 1..3).prop_map(|it| json!(it));
    let with_ways = (fields(), fields(), fields()).prop_map(|(all, one, other)| {
        let mut policy = all;
        policy["$or"] = json!([one, other]);
        policy
    });
    let nested = (fields(), fields()).prop_map(|(all, inner)| {
        let mut policy = all;
        policy["n"] = inner;
        policy
    });
    prop_oneof![fields(), with_ways, nested]
}

fn message() -> impl Strategy<Value = Value> {
    let value = || {
        prop_oneof![
            3 => leaf(),
            1 => prop::collection::vec(leaf(), 0..3).prop_map(Value::from),
        ]
    };
    let members = || prop::collection::btree_map("[xyz]", value(), 0..4);
    (members(), members(), any::<bool>()).prop_map(|(all, inner, has_inner)| {
        let mut message = json!(all);
        if has_inner {
            message["n"] = json!(inner);
        }
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_wants_what_the_slow_evaluator_says(policy in policy(), message in message()) {
        let read = FilterPolicy::parse(&policy.to_string(), MessageBody);
        prop_assume!(read.is_ok());
        let wants = read.unwrap().wants(&Filtered::of(&message.to_string(), &BTreeMap::new()), MessageBody);
        prop_assert_eq!(wants, slow::holds(&policy, &message), "{} {}", policy, message);
    }

    #[test]
    fn no_text_makes_reading_fail_otherwise_than_by_a_refusal(text in "[\\[\\]{}\":,a$or0-9.\\\\ ]{0,24}") {
        let _ = FilterPolicy::parse(&text, MessageBody);
    }
}
